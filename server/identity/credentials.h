// Reads the credentials that a call carries in its metadata.
//
// A pure function: whose they are is for the authenticators.
#ifndef CHATTER_SERVER_IDENTITY_CREDENTIALS_H_
#define CHATTER_SERVER_IDENTITY_CREDENTIALS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/identity/authenticator.h"
#include "server/identity/call_metadata.h"

namespace chatter::identity {

// Gives at least one credential: the token of `authorization: Bearer ...`, and the session cookie.
// A call that has neither stands for the names in the client's certificate. A certificate is the
// connection's: a gateway that has one may pass on the credentials of its users.
// `session_cookie`: the name of the application's cookie; empty: cookies are ignored.
// Errors: UNAUTHENTICATED (CREDENTIAL_REQUIRED): there is no credential; UNAUTHENTICATED
// (CREDENTIAL_INVALID): `authorization` has another scheme; INVALID_ARGUMENT (INVALID_METADATA).
absl::StatusOr<std::vector<Credential>> ReadCredentials(
    const CallMetadata& metadata, const std::vector<std::string>& certificate_names,
    const std::string& session_cookie);

}  // namespace chatter::identity

#endif  // CHATTER_SERVER_IDENTITY_CREDENTIALS_H_
