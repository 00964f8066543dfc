// What people have chosen, and whom to notify, in the tenant's schema.
//
// Thread-safe. The database must outlive the store. Callbacks run on the database's thread.
#ifndef CHATTER_SERVER_STORE_PREFERENCE_STORE_H_
#define CHATTER_SERVER_STORE_PREFERENCE_STORE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "common/steady_time.h"
#include "server/base/callback.h"
#include "server/model/ids.h"
#include "server/model/preferences.h"
#include "server/model/room.h"

namespace chatter::postgres {
class ControlDatabase;
class TenantDatabases;
}  // namespace chatter::postgres

namespace chatter::store {

class PreferenceStore {
 public:
  PreferenceStore(postgres::ControlDatabase& control, postgres::TenantDatabases& tenants)
      : control_(control), tenants_(tenants) {}

  void Find(const UserKey& user, SteadyTime deadline, Callback<UserPreferences> done);

  // What to change; nullopt: leave it.
  struct Update {
    std::optional<std::optional<DoNotDisturb>> do_not_disturb = {};
    std::optional<bool> hides_read_marks = {};
    std::optional<bool> invisible = {};
  };
  // Gives all of them, as they are then. REQUIRES: the time zone is one of ListTimeZones.
  void Change(const UserKey& user, const Update& update, SteadyTime deadline,
              Callback<UserPreferences> done);

  // The names that a time zone may be given by. Takes PostgreSQL tens of milliseconds.
  void ListTimeZones(SteadyTime deadline, Callback<std::vector<std::string>> done);

  // The same for one room.
  struct RoomUpdate {
    std::optional<NotificationLevel> notifications = {};
    std::optional<std::optional<absl::Time>> muted_until = {};
    std::optional<bool> pinned = {};
    std::optional<bool> hidden = {};
  };
  // nullopt: the user isn't in the room.
  void ChangeForRoom(const RoomKey& room, const std::string& user_id, const RoomUpdate& update,
                     SteadyTime deadline, Callback<std::optional<RoomPreferences>> done);

  struct Recipients {
    bool room_found = false;
    bool message_found = false;  // and not deleted
    std::vector<std::string> user_ids = {};
  };
  // Whom to notify of a message now, ascending; those after `after`, up to `limit`.
  void ListRecipients(const RoomKey& room, uint64_t seq, const std::string& after, int limit,
                      SteadyTime deadline, Callback<Recipients> done);

 private:
  postgres::ControlDatabase& control_;
  postgres::TenantDatabases& tenants_;
};

}  // namespace chatter::store

#endif  // CHATTER_SERVER_STORE_PREFERENCE_STORE_H_
