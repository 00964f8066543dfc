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

// `session_cookie`: the name of the application's; empty: cookies are ignored.
// Gives at least one: the token of `authorization: Bearer ...`, the session cookie; or, where there
// is neither, the names in the client's certificate: that is the connection's, and a gateway that
// has one may pass on the credentials of those whom it calls for. Errors: UNAUTHENTICATED
// (CREDENTIAL_REQUIRED) when there is none; UNAUTHENTICATED (CREDENTIAL_INVALID) for another
// scheme; INVALID_ARGUMENT (INVALID_METADATA).
absl::StatusOr<std::vector<Credential>> ReadCredentials(
    const CallMetadata& metadata, const std::vector<std::string>& certificate_names,
    const std::string& session_cookie);

}  // namespace chatter::identity

#endif  // CHATTER_SERVER_IDENTITY_CREDENTIALS_H_
