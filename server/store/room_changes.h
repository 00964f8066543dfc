// Changes to rooms and to who is in them, each decided on what the room is at that moment.
//
// First the state is read, then somebody decides, then the change is stored if the room is still
// what it was: its version tells. Thread-safe. The database must outlive it. Callbacks run on the
// database's thread.
#ifndef CHATTER_SERVER_STORE_ROOM_CHANGES_H_
#define CHATTER_SERVER_STORE_ROOM_CHANGES_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/steady_time.h"
#include "server/base/callback.h"
#include "server/model/caller.h"
#include "server/model/room.h"
#include "server/store/actor.h"
#include "server/store/stored_event.h"

namespace chatter::postgres {
class ControlDatabase;
class TenantDatabases;
}  // namespace chatter::postgres

namespace chatter::store {

// What a room is, but for its members.
struct RoomSettings {
  RoomKind kind = RoomKind::kDirect;
  v1::RoomProfile profile;
  bool archived = false;
};

// What a decision hangs on.
struct RoomState {
  int64_t version = 0;
  RoomSettings settings;
  int32_t member_count = 0;
  std::optional<MemberRole> actor_role;  // nullopt: no member
  std::vector<Member> named;             // those of the users named who are members
  std::vector<std::string> unknown;      // those who are no active users of the tenant
  bool other_owner = false;              // there is an owner who isn't named
};

// What is to be stored. Without events it changes nothing.
struct RoomChange {
  RoomSettings settings;  // what the room is from now on
  std::vector<Member> added = {};
  std::vector<Member> changed = {};  // members with other roles
  std::vector<std::string> removed = {};
  std::vector<EventContent> events = {};  // the last is that of those who are added
  // The room goes, with all that it holds; its only event is a RoomDeleted, which isn't stored.
  bool deletes = false;
};

class RoomChanges {
 public:
  RoomChanges(postgres::ControlDatabase& control, postgres::TenantDatabases& tenants)
      : control_(control), tenants_(tenants) {}

  // nullopt: there is no such room.
  void Read(const RoomKey& room, const Asker& asker, const std::vector<std::string>& named,
            SteadyTime deadline, Callback<std::optional<RoomState>> done);

  // REQUIRES: the change has events. Returns these as they are in the log; none: the room hasn't
  // got that version any more, and nothing is stored.
  void Store(const RoomKey& room, int64_t version, RoomChange change, const Actor& actor,
             SteadyTime deadline, Callback<std::vector<RoomEvent>> done);

 private:
  void StoreInTenant(const RoomKey& room, int64_t version, RoomChange change, const Actor& actor,
                     SteadyTime deadline, Callback<std::vector<RoomEvent>> done);

  postgres::ControlDatabase& control_;
  postgres::TenantDatabases& tenants_;
};

}  // namespace chatter::store

#endif  // CHATTER_SERVER_STORE_ROOM_CHANGES_H_
