#include "server/identity/administrator_key_authenticator.h"

namespace chatter::identity {

void AdministratorKeyAuthenticator::Authenticate(const std::optional<SchemaName>& /*tenant*/,
                                                 const Credential& credential,
                                                 Callback<std::optional<Principal>> done) {
  // Digests of one length are compared, so that the time taken tells nothing about the key.
  if (!ConstantTimeEquals(Sha256(credential.bearer_token), key_digest_)) {
    return done(std::optional<Principal>());
  }
  done(std::optional<Principal>(
      Principal{.credential = CredentialKind::kAdministratorKey, .user_id = ""}));
}

}  // namespace chatter::identity
