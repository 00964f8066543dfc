// Which tenant a call is for: by the tenant's name, or by the host that was called.
//
// Thread-safe. Doesn't block: what isn't cached is looked up asynchronously, and the callback then
// runs on the lookup's thread.
#ifndef CHATTER_SERVER_IDENTITY_TENANT_DIRECTORY_H_
#define CHATTER_SERVER_IDENTITY_TENANT_DIRECTORY_H_

#include <functional>
#include <optional>
#include <string>
#include <utility>

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

// Where tenants are looked up. Both must call back by the deadline.
struct TenantLookups {
  std::function<void(const SchemaName&, absl::Time deadline, Callback<std::optional<Tenant>>)>
      by_schema;
  std::function<void(const std::string& domain, absl::Time deadline,
                     Callback<std::optional<Tenant>>)>
      by_domain;
};

class TenantDirectory {
 public:
  struct Options {
    CacheOptions cache;
    // The one schema of a server that has one tenant: no host and no other name leads elsewhere.
    std::optional<SchemaName> single_schema;
  };

  // `clock` must outlive the directory and its lookups.
  TenantDirectory(Options options, TenantLookups lookups, const Clock& clock);

  // Errors: NOT_FOUND (TENANT_NOT_FOUND), for text that can't be a tenant's name or host as well;
  // INVALID_ARGUMENT (TENANT_REQUIRED) when the hint is empty; RESOURCE_EXHAUSTED (OVERLOADED); the
  // lookup's.
  void Resolve(const TenantHint& hint, Callback<ResolvedTenant> done);

  // The tenant was made or changed: what was known of its name and domains holds no longer.
  void Forget(const Tenant& tenant);

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
  using Cache = BoundedCache<Key, std::optional<SchemaName>>;

  void ResolveSingle(const TenantHint& hint, Callback<ResolvedTenant> done) const;
  static Cache::Loader MakeLoader(TenantLookups lookups);

  const std::optional<SchemaName> single_schema_;
  Cache cache_;
};

}  // namespace chatter::identity

#endif  // CHATTER_SERVER_IDENTITY_TENANT_DIRECTORY_H_
