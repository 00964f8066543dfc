// Which tenant a call is for: by the tenant's name, or by the host that was called; and whether
// that tenant is served: it isn't while it is suspended, and one that lags is brought up to date
// first. A suspended one is resolved all the same, since only those who have shown that they belong
// to it are told that it is suspended.
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
  // Why its calls are refused; for those only who have a credential of the tenant. OK: they aren't.
  absl::Status refusal = absl::OkStatus();
};

// Where tenants are looked up. The first two must call back by the deadline.
struct TenantLookups {
  std::function<void(const SchemaName&, SteadyTime deadline, Callback<std::optional<Tenant>>)>
      by_schema;
  // By the first of these, as which the domain may be spelt, that leads to one.
  std::function<void(const std::vector<std::string>& spellings, SteadyTime deadline,
                     Callback<std::optional<Tenant>>)>
      by_domain;
  // Calls back when the tenant's schema can be used, or when that takes too long. Asked at each
  // call, so quick where there is nothing to do. Where the schema isn't known, what was found of
  // the tenant may no longer hold after that. Null: all can be used.
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
    // Where look-ups of tenants that aren't known wait their turn; it must outlive the directory.
    // nullptr: they don't.
    Strangers* strangers = nullptr;
  };

  // `clock` must outlive the directory, and the directory its lookups.
  TenantDirectory(Options options, TenantLookups lookups, const Clock& clock);

  // `refusal` is TENANT_SUSPENDED for a suspended tenant.
  // Errors: NOT_FOUND (TENANT_NOT_FOUND), for deleted tenants and for text that can't be a tenant's
  // name or host as well: for administrators only; INVALID_ARGUMENT (TENANT_REQUIRED) when the hint
  // is empty; UNAVAILABLE (TENANT_NOT_READY); RESOURCE_EXHAUSTED (OVERLOADED); the lookup's.
  void Resolve(const TenantHint& hint, Callback<ResolvedTenant> done);

  // Looks these up anew and brings up to date what lags; calls back when that is over, whatever has
  // come of it. For those who are about to say something of a tenant: of one that was made again,
  // it mustn't be taken for something that was said of its predecessor, and be dropped with that.
  void Refresh(const std::vector<SchemaName>& names, absl::AnyInvocable<void()> done);

  // The tenant was made or changed: what was known of its name and domains holds no longer.
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
  // In its turn among the look-ups of strangers.
  void LoadForStranger(const Key& key, const std::string& network, SteadyTime deadline,
                       Callback<std::optional<Tenant>> done) const;
  // What is to be remembered of a tenant that was found: where its schema isn't known, nothing but
  // what holds once it is. Nothing of a dropped tenant speaks for one that is made again.
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
