// Rooms and who is in them, in the tenant's schema.
//
// Thread-safe. The database must outlive the store. Callbacks run on the database's thread.
#ifndef CHATTER_SERVER_STORE_ROOM_STORE_H_
#define CHATTER_SERVER_STORE_ROOM_STORE_H_

#include <optional>
#include <string>
#include <vector>

#include "server/base/callback.h"
#include "server/model/model.h"

namespace chatter::store {

class Database;

class RoomStore {
 public:
  explicit RoomStore(Database& database) : database_(database) {}

  struct DirectRoom {
    Room room;
    bool created = false;                    // by this very call
    std::vector<std::string> unknown_users;  // when not empty, nothing was made: `room` is void
  };
  // Who does it, for the event: see RoomEvent.
  struct Actor {
    std::string user_id;
    std::string service = {};
  };
  // The one DIRECT room with exactly `user_ids` (sorted, no repetitions).
  void CreateDirect(const SchemaName& tenant, std::vector<std::string> user_ids, const Actor& actor,
                    absl::Time deadline, Callback<DirectRoom> done);

  // nullopt: there is no such room, or `member` (if not empty) isn't in it.
  void Find(const SchemaName& tenant, const RoomId& room, const std::string& member,
            absl::Time deadline, Callback<std::optional<Room>> done);

  // False: there is no such room, or `user_id` (if not empty) isn't in it.
  void HasMember(const RoomKey& room, const std::string& user_id, absl::Time deadline,
                 Callback<bool> done);

  // A place in a user's room list: rooms come by descending (last_event_at, id).
  struct ListPosition {
    absl::Time last_event_at;
    RoomId room_id;
  };
  // The user's rooms after `after` (nullopt: from the beginning), up to `limit`.
  void ListOfUser(const SchemaName& tenant, const std::string& user_id,
                  std::optional<ListPosition> after, int limit, absl::Time deadline,
                  Callback<std::vector<Room>> done);

  struct Memberships {
    std::vector<RoomHead> rooms;  // most recent first, up to the limit
    int64_t total = 0;
  };
  // The user's rooms and how far each log goes.
  void ListHeads(const SchemaName& tenant, const std::string& user_id, int limit,
                 absl::Time deadline, Callback<Memberships> done);

 private:
  Database& database_;
};

}  // namespace chatter::store

#endif  // CHATTER_SERVER_STORE_ROOM_STORE_H_
