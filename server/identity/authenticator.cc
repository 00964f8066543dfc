#include "server/identity/authenticator.h"

#include <utility>

#include "server/model/errors.h"

namespace chatter::identity {

struct AuthenticatorChain::Attempt {
  std::optional<SchemaName> tenant;
  Credential credential;
  Callback<Principal> done;
};

void AuthenticatorChain::Authenticate(std::optional<SchemaName> tenant, Credential credential,
                                      Callback<Principal> done) const {
  AskFrom(0, std::make_shared<Attempt>(
                 Attempt{std::move(tenant), std::move(credential), std::move(done)}));
}

void AuthenticatorChain::AskFrom(size_t index, const std::shared_ptr<Attempt>& attempt) const {
  if (index == authenticators_.size()) return attempt->done(CredentialInvalidError());
  authenticators_[index]->Authenticate(
      attempt->tenant, attempt->credential,
      [this, index, attempt](absl::StatusOr<std::optional<Principal>> answer) {
        if (!answer.ok()) return attempt->done(answer.status());
        if (answer->has_value()) return attempt->done(std::move(**answer));
        AskFrom(index + 1, attempt);
      });
}

absl::Status CredentialInvalidError() {
  return MakeError(absl::StatusCode::kUnauthenticated, v1::ERROR_REASON_CREDENTIAL_INVALID,
                   "The credential is malformed, unknown to this tenant, revoked or expired. Sign "
                   "in again.");
}

}  // namespace chatter::identity
