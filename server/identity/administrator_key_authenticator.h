// The administrator's key: one secret of the installation, for administration and for services.
//
// Thread-safe.
#ifndef CHATTER_SERVER_IDENTITY_ADMINISTRATOR_KEY_AUTHENTICATOR_H_
#define CHATTER_SERVER_IDENTITY_ADMINISTRATOR_KEY_AUTHENTICATOR_H_

#include <optional>
#include <vector>

#include "common/steady_time.h"
#include "server/base/crypto.h"
#include "server/identity/authenticator.h"

namespace chatter::identity {

// A text that isn't the key is somebody else's credential. A server without a key has no such
// authenticator.
class AdministratorKeyAuthenticator final : public Authenticator {
 public:
  explicit AdministratorKeyAuthenticator(const Sha256Digest& key_digest)
      : key_digest_(key_digest) {}

  CredentialKind kind() const override { return CredentialKind::kAdministratorKey; }
  void Authenticate(const std::optional<TenantKey>& tenant, const Credential& credential,
                    SteadyTime deadline, Callback<std::optional<Principal>> done) override;
  // The key holds as long as the server runs.
  void Recheck(const TenantKey& tenant, std::vector<Principal> held, SteadyTime deadline,
               Callback<std::vector<size_t>> done) override;

 private:
  const Sha256Digest key_digest_;
};

}  // namespace chatter::identity

#endif  // CHATTER_SERVER_IDENTITY_ADMINISTRATOR_KEY_AUTHENTICATOR_H_
