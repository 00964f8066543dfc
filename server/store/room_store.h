// Rooms and who is in them, in the tenant's schema.
//
// Thread-safe. The database must outlive the store. Callbacks run on the database's thread.
#ifndef CHATTER_SERVER_STORE_ROOM_STORE_H_
#define CHATTER_SERVER_STORE_ROOM_STORE_H_

#include <optional>
#include <string>
#include <vector>

#include "common/steady_time.h"
#include "server/base/callback.h"
#include "server/model/caller.h"
#include "server/model/epoch.h"
#include "server/model/room.h"
#include "server/store/actor.h"

namespace chatter::postgres {
class TenantDatabases;
}  // namespace chatter::postgres

namespace chatter::store {

class RoomStore {
 public:
  explicit RoomStore(postgres::TenantDatabases& database) : database_(database) {}

  struct NewRoom {
    RoomKind kind = RoomKind::kDirect;
    std::vector<std::string> user_ids;        // sorted, no repetitions
    std::vector<std::string> owner_ids = {};  // the same, among them; of a DIRECT room all are
    v1::RoomProfile profile = {};
    std::string request_id = {};            // of a room that isn't DIRECT; empty: none
    RoomFields fields = RoomFields::All();  // to return
  };
  struct MadeRoom {
    Room room;
    bool created = false;                    // by this very call
    std::vector<std::string> unknown_users;  // when not empty, nothing was made: `room` is void
  };
  // The one DIRECT room with exactly these users; or a new room of another kind, but the one that
  // this actor has made with this request id if there is one. Errors: NOT_FOUND (ROOM_NOT_FOUND:
  // there is one, and the actor isn't in it any more).
  void Create(const TenantKey& tenant, NewRoom room, const Actor& actor, SteadyTime deadline,
              Callback<MadeRoom> done);

  // nullopt: there is no such room, or `asker`, a user, isn't in it.
  void Find(const TenantKey& tenant, const RoomId& room, const Asker& asker, RoomFields fields,
            SteadyTime deadline, Callback<std::optional<Room>> done);

  // Those of the rooms that there are and that `asker`, if a user, is in, ascending by id.
  void FindAll(const TenantKey& tenant, const std::vector<RoomId>& rooms, const Asker& asker,
               RoomFields fields, SteadyTime deadline, Callback<std::vector<Room>> done);

  // False: there is no such room, or `user_id` (if not empty) isn't in it.
  void HasMember(const RoomKey& room, const std::string& user_id, SteadyTime deadline,
                 Callback<bool> done);

  // A place in a user's room list: rooms come by descending (raised_at, id).
  struct ListPosition {
    absl::Time raised_at;  // the last message, or the room's making, or when others were put in
    RoomId room_id;
  };
  struct ListedRoom {
    Room room;
    ListPosition position;
  };
  struct ListFilter {
    bool include_hidden = false;
    bool pinned_only = false;
  };
  // The user's rooms after `after` (nullopt: from the beginning), up to `limit`.
  void ListOfUser(const TenantKey& tenant, const std::string& user_id, const ListFilter& filter,
                  RoomFields fields, std::optional<ListPosition> after, int limit,
                  SteadyTime deadline, Callback<std::vector<ListedRoom>> done);

  struct Membership {
    RoomHead head;
    uint64_t joined_seq = 1;  // the event with which the user came
    uint64_t first_seq = 1;   // the first that the user may read
    uint64_t read_seq = 1;    // the last that was read
    int32_t unread_count = 0;
    int32_t unread_mention_count = 0;
  };
  struct Memberships {
    Epoch epoch;                    // in which they were read
    std::vector<Membership> rooms;  // most recent first, up to the limit
    int64_t total = 0;
  };
  // The user's rooms and how far each log goes; for the first `counted` of them, what is unread.
  void ListHeads(const TenantKey& tenant, const std::string& user_id, int limit, int counted,
                 SteadyTime deadline, Callback<Memberships> done);

  // A place in the list of PUBLIC rooms: they come by ascending (name in lower case, id).
  struct BrowsePosition {
    std::string name;
    RoomId room_id;
  };
  struct BrowsedRoom {
    Room room;  // as `user_id` (if not empty) sees it, without members and last message
    BrowsePosition position;
  };
  struct BrowseFilter {
    std::string name_prefix;  // whatever the case, as `query`
    std::string query;        // what the name or the topic holds
  };
  // The PUBLIC rooms that the filter lets through after `after` (nullopt: from the beginning), up
  // to `limit`.
  void Browse(const TenantKey& tenant, const std::string& user_id, const BrowseFilter& filter,
              const std::optional<BrowsePosition>& after, int limit, SteadyTime deadline,
              Callback<std::vector<BrowsedRoom>> done);

  // The members after the user `after`, up to `limit`. nullopt: there is no such room, or `asker`,
  // a user, isn't in it.
  void ListMembers(const RoomKey& room, const Asker& asker, const std::string& after, int limit,
                   SteadyTime deadline, Callback<std::optional<std::vector<Member>>> done);

 private:
  postgres::TenantDatabases& database_;
};

}  // namespace chatter::store

#endif  // CHATTER_SERVER_STORE_ROOM_STORE_H_
