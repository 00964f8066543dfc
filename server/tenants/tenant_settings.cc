#include "server/tenants/tenant_settings.h"

#include <utility>

namespace chatter::tenants {

absl::Status FeatureDisabledError() {
  return MakeError(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_FEATURE_DISABLED,
                   "The tenant has switched this off; see SettingsService.");
}

void TenantSettings::Find(const TenantKey& tenant, Callback<Ptr> done) {
  cache_.Get(
      tenant,
      [&](const auto& request, Callback<Ptr> loaded) {
        store_.Find(tenant, request.deadline,
                    [loaded = std::move(loaded)](absl::StatusOr<Settings> settings) mutable {
                      if (!settings.ok()) return loaded(std::move(settings).status());
                      loaded(std::make_shared<const Settings>(*std::move(settings)));
                    });
      },
      std::move(done));
}

void TenantSettings::Require(const TenantKey& tenant, Feature feature, StatusCallback done) {
  Find(tenant, Then(std::move(done), [feature](const Ptr& settings, auto& answer) {
         answer(settings->has(feature) ? absl::OkStatus() : FeatureDisabledError());
       }));
}

void TenantSettings::RequireOfUser(const TenantCaller& caller, std::optional<Feature> feature,
                                   StatusCallback done) {
  if (!feature.has_value() || !caller.is_user()) return done(absl::OkStatus());
  Require(caller.tenant(), *feature, std::move(done));
}

}  // namespace chatter::tenants
