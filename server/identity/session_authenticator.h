// Session tokens, looked up by their digest in the schema of the tenant that is called.
//
// A token of one tenant is unknown in every other. Thread-safe.
#ifndef CHATTER_SERVER_IDENTITY_SESSION_AUTHENTICATOR_H_
#define CHATTER_SERVER_IDENTITY_SESSION_AUTHENTICATOR_H_

#include <functional>
#include <optional>
#include <utility>

#include "server/base/clock.h"
#include "server/base/crypto.h"
#include "server/identity/authenticator.h"
#include "server/identity/bounded_cache.h"

namespace chatter::identity {

// Where sessions are looked up; nullopt: there is none. Must call back by the deadline.
using SessionLookup = std::function<void(const SchemaName& tenant, const Sha256Digest& token_digest,
                                         absl::Time deadline, Callback<std::optional<Session>>)>;

class SessionAuthenticator final : public Authenticator {
 public:
  // `clock` must outlive the authenticator and its lookups.
  SessionAuthenticator(CacheOptions options, SessionLookup lookup, const Clock& clock);

  void Authenticate(const std::optional<SchemaName>& tenant, const Credential& credential,
                    Callback<std::optional<Principal>> done) override;

  // The session was made or revoked: what was known of it holds no longer.
  void Forget(const SchemaName& tenant, const Sha256Digest& token_digest);

 private:
  // Without the tenant, what was found in one would be served to another.
  struct Key {
    SchemaName tenant;
    Sha256Digest token_digest;

    friend bool operator==(const Key&, const Key&) = default;
    template <typename H>
    friend H AbslHashValue(H h, const Key& key) {
      return H::combine(std::move(h), key.tenant, key.token_digest);
    }
  };
  using Cache = BoundedCache<Key, std::optional<Session>>;

  const Clock& clock_;
  Cache cache_;
};

}  // namespace chatter::identity

#endif  // CHATTER_SERVER_IDENTITY_SESSION_AUTHENTICATOR_H_
