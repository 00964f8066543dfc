// Which tenant a call is for: by the tenant's name, or by the host that was called; and whether
// that tenant is served: it isn't while it is suspended, and one that lags is brought up to date
// first.
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

#include "absl/status/status.h"
#include "server/base/callback.h"
#include "server/base/clock.h"
#include "server/identity/bounded_cache.h"
#include "server/model/model.h"

namespace chatter::identity {

// What a call says about its tenant. Unchecked text.
struct TenantHint {
  std::optional<std::string> name;  // decides if it is there
  std::optional<std::string> host;  // possibly with a port
};

struct ResolvedTenant {
  SchemaName schema_name;
  bool multitenant = true;  // false where the server knows one schema only
};

// Where tenants are looked up. The first two must call back by the deadline.
struct TenantLookups {
  std::function<void(const SchemaName&, absl::Time deadline, Callback<std::optional<Tenant>>)>
      by_schema;
  // By the first of these, as which the domain may be spelt, that leads to one.
  std::function<void(const std::vector<std::string>& spellings, absl::Time deadline,
                     Callback<std::optional<Tenant>>)>
      by_domain;
  // Calls back when the tenant's schema can be used, or when that takes too long. Asked at each
  // call, so quick where there is nothing to do. Null: all can be used.
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
  };

  // `clock` must outlive the directory, and the directory its lookups.
  TenantDirectory(Options options, TenantLookups lookups, const Clock& clock);

  // Errors: NOT_FOUND (TENANT_NOT_FOUND), for deleted tenants and for text that can't be a tenant's
  // name or host as well; INVALID_ARGUMENT (TENANT_REQUIRED) when the hint is empty;
  // FAILED_PRECONDITION (TENANT_SUSPENDED), with the administrator's reason; UNAVAILABLE
  // (TENANT_NOT_READY); RESOURCE_EXHAUSTED (OVERLOADED); the lookup's.
  void Resolve(const TenantHint& hint, Callback<ResolvedTenant> done);

  // The tenant was made or changed: what was known of its name and domains holds no longer.
  void Forget(const Tenant& tenant);

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
  void Load(const Key& key, absl::Time deadline, Callback<std::optional<Tenant>> done) const;
  // Whether what was found is served.
  void Admit(const std::optional<Tenant>& found, Callback<ResolvedTenant> done) const;

  const std::optional<SchemaName> single_schema_;
  const TenantLookups lookups_;
  Cache cache_;
};

}  // namespace chatter::identity

#endif  // CHATTER_SERVER_IDENTITY_TENANT_DIRECTORY_H_
