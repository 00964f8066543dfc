// All kinds of credentials that the server accepts, in the order in which they are asked, behind
// one cache.
//
// Thread-safe. Doesn't block: what isn't cached is looked up asynchronously, and the callback then
// runs on the lookup's thread.
#ifndef CHATTER_SERVER_IDENTITY_AUTHENTICATOR_CHAIN_H_
#define CHATTER_SERVER_IDENTITY_AUTHENTICATOR_CHAIN_H_

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "server/base/clock.h"
#include "server/base/crypto.h"
#include "server/identity/authenticator.h"
#include "server/identity/bounded_cache.h"
#include "server/identity/strangers.h"

namespace chatter::identity {

class AuthenticatorChain {
 public:
  // `clock` and `strangers` must outlive the chain and its lookups. The look-up of a credential
  // that isn't known waits for its turn in `strangers`; nullptr: it doesn't wait.
  AuthenticatorChain(std::vector<std::unique_ptr<Authenticator>> authenticators,
                     CacheOptions options, const Clock& clock, Strangers* strangers = nullptr);

  // Errors: the first that an authenticator gives; UNAUTHENTICATED (CREDENTIAL_INVALID) when none
  // knows the credential, or it has expired; RESOURCE_EXHAUSTED (OVERLOADED).
  void Authenticate(const std::optional<TenantKey>& tenant, const Credential& credential,
                    Callback<Principal> done);

  // A credential was made or revoked: forgets what was known of it. The digest is the SHA-256 of
  // the credential's text.
  void Forget(const std::optional<TenantKey>& tenant, Credential::Form form,
              const Sha256Digest& digest);

  // Forgets all credentials: for rare changes of which nobody knows whose credentials they concern.
  void ForgetAll() { cache_.ForgetAll(); }

  // The authenticator that finds principals of this kind; nullptr: there is none.
  Authenticator* Find(CredentialKind kind) const;

  CacheStats cache_stats() const { return cache_.stats(); }

 private:
  // Without the tenant, what was found in one would be served to another.
  struct Key {
    std::optional<TenantKey> tenant;
    Credential::Form form;
    Sha256Digest digest;

    friend bool operator==(const Key&, const Key&) = default;
    template <typename H>
    friend H AbslHashValue(H h, const Key& key) {
      h = H::combine(std::move(h), key.tenant.has_value(), key.form, key.digest);
      return key.tenant.has_value() ? H::combine(std::move(h), *key.tenant) : std::move(h);
    }
  };
  using Authenticators = std::vector<std::unique_ptr<Authenticator>>;
  // A principal, or an error that says that there is none. Other errors aren't remembered.
  using Verdict = std::shared_ptr<const absl::StatusOr<Principal>>;

  static Key KeyOf(const std::optional<TenantKey>& tenant, Credential::Form form,
                   const Sha256Digest& digest) {
    return {tenant, form, digest};
  }

  struct Attempt;
  void Begin(std::shared_ptr<Attempt> attempt, bool known) const;
  static void AskFrom(size_t index, const std::shared_ptr<Attempt>& attempt);

  const Clock& clock_;
  const std::shared_ptr<const Authenticators> authenticators_;  // shared with the lookups under way
  Strangers* const strangers_;
  BoundedCache<Key, Verdict> cache_;
};

}  // namespace chatter::identity

#endif  // CHATTER_SERVER_IDENTITY_AUTHENTICATOR_CHAIN_H_
