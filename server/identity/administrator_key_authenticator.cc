#include "server/identity/administrator_key_authenticator.h"

namespace chatter::identity {

void AdministratorKeyAuthenticator::Authenticate(const std::optional<TenantKey>& /*tenant*/,
                                                 const Credential& credential,
                                                 SteadyTime /*deadline*/,
                                                 Callback<std::optional<Principal>> done) {
  // Digests of one length are compared, so that the time taken tells nothing about the key.
  if (credential.form != Credential::Form::kBearer ||
      !ConstantTimeEquals(Sha256(credential.text), key_digest_)) {
    return done(std::optional<Principal>());
  }
  Principal administrator;
  administrator.credential = CredentialKind::kAdministratorKey;
  administrator.service = kAdministratorName;
  done(std::optional<Principal>(std::move(administrator)));
}

void AdministratorKeyAuthenticator::Recheck(const TenantKey& /*tenant*/,
                                            std::vector<Principal> /*held*/,
                                            SteadyTime /*deadline*/,
                                            Callback<std::vector<size_t>> done) {
  done(std::vector<size_t>());
}

}  // namespace chatter::identity
