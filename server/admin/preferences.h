// The rules for what people choose, and for whom to notify: see PreferenceService.
//
// Thread-safe. What it is made of must outlive it and every call that is not answered yet.
// Callbacks run on the calling thread (for a request that breaks a rule) or on the database's.
#ifndef CHATTER_SERVER_ADMIN_PREFERENCES_H_
#define CHATTER_SERVER_ADMIN_PREFERENCES_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "chatter/v1/preference.pb.h"
#include "server/admin/time_zones.h"
#include "server/base/callback.h"
#include "server/base/clock.h"
#include "server/bus/bus.h"
#include "server/model/caller.h"
#include "server/model/model.h"
#include "server/model/pager.h"
#include "server/model/preferences.h"
#include "server/model/room.h"
#include "server/store/preference_store.h"

namespace chatter::admin {

class Preferences {
 public:
  Preferences(store::PreferenceStore& store, bus::Bus& bus, const Clock& clock)
      : store_(store),
        bus_(bus),
        time_zones_(
            [&store](auto deadline, auto done) { store.ListTimeZones(deadline, std::move(done)); },
            clock) {}

  // The errors of each are those that preference.proto names.
  void Get(const UserCaller& caller, Callback<UserPreferences> done);

  struct Changed {
    UserKey user;
    UserPreferences preferences;
  };
  void Update(const UserCaller& caller, const v1::Preferences& wanted,
              const std::vector<std::string>& mask, Callback<Changed> done);

  struct RoomChanged {
    RoomKey room;
    std::string user_id;
    RoomPreferences preferences;
  };
  void UpdateForRoom(const UserCaller& caller, std::string_view room_id,
                     const v1::RoomPreferences& wanted, const std::vector<std::string>& mask,
                     Callback<RoomChanged> done);

  // The recipients' user ids.
  void ListRecipients(const ServiceCaller& caller, const v1::ListRecipientsRequest& request,
                      Callback<Page<std::string>> done);

 private:
  void Change(const UserKey& user, const store::PreferenceStore::Update& update,
              SteadyTime deadline, Callback<Changed> done);

  store::PreferenceStore& store_;
  bus::Bus& bus_;
  TimeZones time_zones_;
};

}  // namespace chatter::admin

#endif  // CHATTER_SERVER_ADMIN_PREFERENCES_H_
