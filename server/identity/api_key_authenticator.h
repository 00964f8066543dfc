// API keys of service accounts, looked up by their digest.
//
// A key is worth nothing in tenants that its account isn't for. Thread-safe.
#ifndef CHATTER_SERVER_IDENTITY_API_KEY_AUTHENTICATOR_H_
#define CHATTER_SERVER_IDENTITY_API_KEY_AUTHENTICATOR_H_

#include <functional>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "common/steady_time.h"
#include "server/base/clock.h"
#include "server/base/crypto.h"
#include "server/identity/authenticator.h"
#include "server/identity/refusal_log.h"
#include "server/model/service_account.h"

namespace chatter::identity {

// Whose these keys are, in order; nullopt: the key doesn't hold. Must call back by the deadline.
using ApiKeyLookup = std::function<void(std::vector<Sha256Digest> digests, SteadyTime deadline,
                                        Callback<std::vector<std::optional<ServiceIdentity>>>)>;

class ApiKeyAuthenticator final : public Authenticator {
 public:
  // `clock` must outlive it.
  ApiKeyAuthenticator(ApiKeyLookup lookup, const Clock& clock)
      : lookup_(std::move(lookup)), clock_(clock) {}

  CredentialKind kind() const override { return CredentialKind::kApiKey; }
  void Authenticate(const std::optional<TenantKey>& tenant, const Credential& credential,
                    SteadyTime deadline, Callback<std::optional<Principal>> done) override;
  void Recheck(const TenantKey& tenant, std::vector<Principal> held, SteadyTime deadline,
               Callback<std::vector<size_t>> done) override;

 private:
  // Tells the log which check has refused a credential of the tenant, and gives the error.
  absl::Status Refuse(const TenantKey& tenant, std::string_view check);

  const ApiKeyLookup lookup_;
  const Clock& clock_;
  RefusalLog refusals_{"api_key"};
};

}  // namespace chatter::identity

#endif  // CHATTER_SERVER_IDENTITY_API_KEY_AUTHENTICATOR_H_
