// The rules for what a tenant has chosen, as calls: see SettingsService.
//
// Thread-safe. What it is made from must outlive it and every call that is not answered yet.
// Callbacks run on the calling thread (for a request that breaks a rule, or for what is remembered)
// on the database's, or on that of a change of the search language.
#ifndef CHATTER_SERVER_CHAT_SETTINGS_CALLS_H_
#define CHATTER_SERVER_CHAT_SETTINGS_CALLS_H_

#include <string>
#include <vector>

#include "chatter/v1/settings.pb.h"
#include "server/base/callback.h"
#include "server/chat/presence.h"
#include "server/chat/search.h"
#include "server/chat/tenant_settings.h"
#include "server/model/model.h"
#include "server/model/settings.h"
#include "server/store/settings_store.h"

namespace chatter::chat {

class SettingsCalls {
 public:
  SettingsCalls(store::SettingsStore& store, TenantSettings& settings, Search& search,
                Presence& presence)
      : store_(store), settings_(settings), search_(search), presence_(presence) {}

  // The errors are those that settings.proto names.
  void Get(const Caller& caller, Callback<Settings> done);
  // `mask`: paths of `settings`.
  void Update(const Caller& caller, const v1::Settings& settings,
              const std::vector<std::string>& mask, Callback<Settings> done);

 private:
  void Store(const Caller& caller, const store::SettingsStore::Update& update,
             Callback<Settings> done);

  store::SettingsStore& store_;
  TenantSettings& settings_;
  Search& search_;
  Presence& presence_;
};

}  // namespace chatter::chat

#endif  // CHATTER_SERVER_CHAT_SETTINGS_CALLS_H_
