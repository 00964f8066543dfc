// What tenants have chosen, remembered for two seconds.
//
// Thread-safe. The store and the clock must outlive it. Callbacks run on the calling thread (for
// what is remembered) or on the database's.
#ifndef CHATTER_SERVER_TENANTS_TENANT_SETTINGS_H_
#define CHATTER_SERVER_TENANTS_TENANT_SETTINGS_H_

#include <memory>
#include <optional>

#include "server/base/callback.h"
#include "server/base/clock.h"
#include "server/identity/bounded_cache.h"
#include "server/model/caller.h"
#include "server/model/errors.h"
#include "server/model/ids.h"
#include "server/model/model.h"
#include "server/model/settings.h"
#include "server/store/settings_store.h"

namespace chatter::tenants {

class TenantSettings {
 public:
  using Ptr = std::shared_ptr<const Settings>;

  TenantSettings(store::SettingsStore& store, const Clock& clock)
      : store_(store), cache_({}, clock) {}

  // Errors: UNAVAILABLE (DATABASE_UNAVAILABLE), RESOURCE_EXHAUSTED (OVERLOADED).
  void Find(const TenantKey& tenant, Callback<Ptr> done);
  // OK if the tenant has the feature. Errors: those of Find, FAILED_PRECONDITION
  // (FEATURE_DISABLED).
  void Require(const TenantKey& tenant, Feature feature, StatusCallback done);
  // The same for what services may do anyway, and for what may need no feature.
  // REQUIRES: `caller.tenant`.
  void RequireOfUser(const TenantCaller& caller, std::optional<Feature> feature,
                     StatusCallback done);
  // Whoever asks from now on gets what is in force after this.
  void Forget(const TenantKey& tenant) { cache_.Forget(tenant); }

 private:
  store::SettingsStore& store_;
  identity::BoundedCache<TenantKey, Ptr> cache_;
};

absl::Status FeatureDisabledError();

}  // namespace chatter::tenants

#endif  // CHATTER_SERVER_TENANTS_TENANT_SETTINGS_H_
