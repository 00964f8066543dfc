// The rules for what a tenant has chosen, as calls: see SettingsService.
//
// Thread-safe. What it is made from must outlive it and every call that is not answered yet.
// Callbacks run on the calling thread (for a request that breaks a rule, or for what is remembered)
// or on the database's.
#ifndef CHATTER_SERVER_ADMIN_SETTINGS_CALLS_H_
#define CHATTER_SERVER_ADMIN_SETTINGS_CALLS_H_

#include <optional>
#include <string>
#include <vector>

#include "chatter/v1/settings.pb.h"
#include "server/base/callback.h"
#include "server/bus/bus.h"
#include "server/model/caller.h"
#include "server/model/model.h"
#include "server/model/settings.h"
#include "server/store/settings_store.h"
#include "server/tenants/search_languages.h"
#include "server/tenants/tenant_settings.h"

namespace chatter::admin {

class SettingsCalls {
 public:
  SettingsCalls(store::SettingsStore& store, tenants::TenantSettings& settings,
                tenants::SearchLanguages& languages, bus::Bus& bus)
      : store_(store), settings_(settings), languages_(languages), bus_(bus) {}

  // The errors are those that settings.proto names.
  void Get(const TenantCaller& caller, Callback<Settings> done);
  // `mask`: paths of `settings`.
  void Update(const ServiceCaller& caller, const v1::Settings& settings,
              const std::vector<std::string>& mask, Callback<Settings> done);

 private:
  void OnChanged(const TenantKey& tenant, const absl::StatusOr<std::optional<Settings>>& changed);

  store::SettingsStore& store_;
  tenants::TenantSettings& settings_;
  tenants::SearchLanguages& languages_;
  bus::Bus& bus_;
};

}  // namespace chatter::admin

#endif  // CHATTER_SERVER_ADMIN_SETTINGS_CALLS_H_
