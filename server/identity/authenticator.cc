#include "server/identity/authenticator.h"

#include "server/model/errors.h"

namespace chatter::identity {

absl::Status CredentialInvalidError() {
  return MakeError(absl::StatusCode::kUnauthenticated, v1::ERROR_REASON_CREDENTIAL_INVALID,
                   "The credential is malformed, unknown to this tenant, revoked or expired. Sign "
                   "in again.");
}

absl::Status UserDeactivatedError() {
  return MakeError(absl::StatusCode::kUnauthenticated, v1::ERROR_REASON_USER_DEACTIVATED,
                   "The user is deactivated. Ask whoever administrates the tenant.");
}

}  // namespace chatter::identity
