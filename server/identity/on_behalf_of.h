// Reads on behalf of whom a service calls, and whether it may.
//
// Pure functions: whether the tenant has such a user is for identity::UserDirectory.
#ifndef CHATTER_SERVER_IDENTITY_ON_BEHALF_OF_H_
#define CHATTER_SERVER_IDENTITY_ON_BEHALF_OF_H_

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/identity/call_metadata.h"
#include "server/identity/method_policy.h"
#include "server/model/model.h"

namespace chatter::identity {

// The user's id in `x-chatter-on-behalf-of`, or in `x-chatter-on-behalf-of-bin` for ids that aren't
// printable ASCII; nullopt: there is neither.
// Errors: INVALID_ARGUMENT (INVALID_METADATA), for both at once and for what is no user's id, too.
absl::StatusOr<std::optional<std::string>> ReadOnBehalfOf(const CallMetadata& metadata);

// Whether this caller may call methods that are for `callers` on behalf of users.
// Errors: PERMISSION_DENIED (CREDENTIAL_NOT_ALLOWED, OUT_OF_SCOPE).
absl::Status CheckOnBehalfOf(Callers callers, const Principal& principal);

// PERMISSION_DENIED (ON_BEHALF_OF_UNKNOWN).
absl::Status OnBehalfOfUnknownError();

}  // namespace chatter::identity

#endif  // CHATTER_SERVER_IDENTITY_ON_BEHALF_OF_H_
