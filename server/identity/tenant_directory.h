// Finds the tenant of a call, by the tenant's name or by the host that was called, and says whether
// it is served. A tenant that lags is brought up to date first. A suspended tenant is found, but
// refused: only those who have shown that they belong to it are told that it is suspended.
//
// Thread-safe. Doesn't block: what isn't cached is looked up asynchronously, and the callback then
// runs on the lookup's thread.
#ifndef CHATTER_SERVER_IDENTITY_TENANT_DIRECTORY_H_
#define CHATTER_SERVER_IDENTITY_TENANT_DIRECTORY_H_

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "server/base/callback.h"
#include "server/base/clock.h"
#include "server/identity/bounded_cache.h"
#include "server/identity/strangers.h"
#include "server/model/model.h"

namespace chatter::identity {

// What a call says about its tenant. Unchecked text.
struct TenantHint {
  std::optional<std::string> name;  // decides if it is there
  std::optional<std::string> host;  // possibly with a port
  std::string network = {};         // NetworkOfPeer; empty: not a stranger, whatever it names
};

struct ResolvedTenant {
  TenantKey tenant;
  bool multitenant = true;  // false where the server knows one schema only
  // Why its calls are refused; only those who have a credential of the tenant may hear it. OK: they
  // aren't refused.
  absl::Status refusal = absl::OkStatus();
};

// Where tenants are looked up. The first two must call back by the deadline.
struct TenantLookups {
  std::function<void(const SchemaName&, SteadyTime deadline, Callback<std::optional<Tenant>>)>
      by_schema;
  // The tenant of the first of these spellings of a domain that has one.
  std::function<void(const std::vector<std::string>& spellings, SteadyTime deadline,
                     Callback<std::optional<Tenant>>)>
      by_domain;
  // Calls back when the tenant's schema can be used, or when that takes too long. Called for each
  // call to the server, so it must be quick where there is nothing to do. If the schema wasn't
  // known, the tenant must be looked up again afterwards. Null: all schemas can be used.
  std::function<void(const Tenant&, StatusCallback)> prepare = nullptr;
};

// NOT_FOUND (TENANT_NOT_FOUND).
absl::Status TenantNotFoundError();

// FAILED_PRECONDITION (TENANT_SUSPENDED). `reason`: the administrator's words; may be empty.
absl::Status TenantSuspendedError(std::string_view reason);

class TenantDirectory {
 public:
  struct Options {
    CacheOptions cache;
    // The one schema of a server that has one tenant: no host and no other name leads elsewhere.
    std::optional<SchemaName> single_schema;
    // Look-ups of tenants that aren't known wait for their turn in it; it must outlive the
    // directory. nullptr: they don't wait.
    Strangers* strangers = nullptr;
  };

  // `clock` must outlive the directory, and the directory its lookups.
  TenantDirectory(Options options, TenantLookups lookups, const Clock& clock);

  // `refusal` is TENANT_SUSPENDED for a suspended tenant.
  // Errors: NOT_FOUND (TENANT_NOT_FOUND), also for deleted tenants and for a text that can't be a
  // tenant's name or host; only administrators may hear it. INVALID_ARGUMENT (TENANT_REQUIRED): the
  // hint is empty. UNAVAILABLE (TENANT_NOT_READY); RESOURCE_EXHAUSTED (OVERLOADED); the lookup's.
  void Resolve(const TenantHint& hint, Callback<ResolvedTenant> done);

  // Looks these tenants up again and brings those up to date that lag. Calls back when that is
  // over, whether or not it has succeeded. For callers who are about to change something of a
  // tenant: where a tenant was made again under an old name, the change must be made to the new
  // one.
  void Refresh(const std::vector<SchemaName>& names, absl::AnyInvocable<void()> done);

  // The tenant was made or changed: forgets what was known of its name and domains.
  void Forget(const SchemaName& name, const std::vector<std::string>& domains);

  CacheStats cache_stats() const { return cache_.stats(); }

 private:
  struct Key {
    bool is_domain = false;  // else a schema's name
    std::string text;

    friend bool operator==(const Key&, const Key&) = default;
    template <typename H>
    friend H AbslHashValue(H h, const Key& key) {
      return H::combine(std::move(h), key.is_domain, key.text);
    }
  };
  using Cache = BoundedCache<Key, std::optional<Tenant>>;

  // The key of the tenant that the hint names.
  absl::StatusOr<Key> ReadHint(const TenantHint& hint) const;
  void Load(const Key& key, SteadyTime deadline, Callback<std::optional<Tenant>> done) const;
  // Loads when its turn among strangers has come.
  void LoadForStranger(const Key& key, const std::string& network, SteadyTime deadline,
                       Callback<std::optional<Tenant>> done) const;
  // What to remember of a tenant that was found. Where its schema isn't known, that is only what
  // still holds once it is: what was said of a dropped tenant doesn't hold for a new one of its
  // name.
  void Settle(const Key& key, SteadyTime deadline, absl::StatusOr<std::optional<Tenant>> found,
              Callback<std::optional<Tenant>> done) const;
  // Whether what was found is served.
  void Admit(const std::optional<Tenant>& found, Callback<ResolvedTenant> done) const;

  const std::optional<SchemaName> single_schema_;
  Strangers* const strangers_;
  const TenantLookups lookups_;
  Cache cache_;
};

}  // namespace chatter::identity

#endif  // CHATTER_SERVER_IDENTITY_TENANT_DIRECTORY_H_
