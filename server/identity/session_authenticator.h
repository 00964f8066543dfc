// Session tokens, looked up by their digest in the schema of the tenant that is called.
//
// A token of one tenant is unknown in every other. Thread-safe.
#ifndef CHATTER_SERVER_IDENTITY_SESSION_AUTHENTICATOR_H_
#define CHATTER_SERVER_IDENTITY_SESSION_AUTHENTICATOR_H_

#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "common/steady_time.h"
#include "server/base/clock.h"
#include "server/base/crypto.h"
#include "server/identity/authenticator.h"
#include "server/identity/refusal_log.h"

namespace chatter::identity {

// Where sessions are looked up. Both must call back by the deadline.
struct SessionLookups {
  // nullopt: there is none, or it has expired.
  std::function<void(const TenantKey& tenant, const Sha256Digest& token_digest, SteadyTime deadline,
                     Callback<std::optional<Session>>)>
      find;
  // The places of those that don't exist any more, ascending.
  std::function<void(const TenantKey& tenant, std::vector<Sha256Digest> token_digests,
                     SteadyTime deadline, Callback<std::vector<size_t>>)>
      find_ended;
};

class SessionAuthenticator final : public Authenticator {
 public:
  // `clock` must outlive it.
  SessionAuthenticator(SessionLookups lookups, const Clock& clock)
      : lookups_(std::move(lookups)), clock_(clock) {}

  CredentialKind kind() const override { return CredentialKind::kSession; }
  void Authenticate(const std::optional<TenantKey>& tenant, const Credential& credential,
                    SteadyTime deadline, Callback<std::optional<Principal>> done) override;
  void Recheck(const TenantKey& tenant, std::vector<Principal> held, SteadyTime deadline,
               Callback<std::vector<size_t>> done) override;
  bool ends_are_counted() const override { return true; }

 private:
  // Tells the log which check has refused a credential of the tenant, and gives the error.
  absl::Status Refuse(const TenantKey& tenant, std::string_view check);

  const SessionLookups lookups_;
  const Clock& clock_;
  RefusalLog refusals_{"session"};
};

}  // namespace chatter::identity

#endif  // CHATTER_SERVER_IDENTITY_SESSION_AUTHENTICATOR_H_
