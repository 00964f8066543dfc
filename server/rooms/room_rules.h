// Who may change what about a room and its members, and what then becomes of it.
//
// Each rule looks at what the room is and says what is to be stored, or why not. A service that
// acts for itself has the rights of an owner. Pure functions.
#ifndef CHATTER_SERVER_ROOMS_ROOM_RULES_H_
#define CHATTER_SERVER_ROOMS_ROOM_RULES_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/model/caller.h"
#include "server/model/room.h"
#include "server/store/room_changes.h"

namespace chatter::rooms {

// What a role may be asked for.
enum class Right {
  kSend,       // messages
  kEdit,       // change name, topic, picture and attributes
  kManage,     // add members and readers, remove them, make one the other
  kConfigure,  // change kind and history, archive, delete
};
// The table of roles and rights.
bool Has(MemberRole role, Right right);

// What is to be changed about a room itself; nullopt: nothing about that.
struct RoomUpdate {
  std::optional<std::string> name;
  std::optional<std::string> topic;
  std::optional<std::string> avatar_url;
  std::optional<std::vector<std::pair<std::string, std::string>>> attributes;
  std::optional<v1::HistoryVisibility> history;
  std::optional<RoomKind> kind;
};

// Who is to come into a room.
struct NewMembers {
  std::vector<std::string> user_ids;
  MemberRole role = MemberRole::kMember;
  // Whether they may read what was said before, if the room is DIRECT; of others its history says.
  bool shares_history = false;
};

using ChangeOrError = absl::StatusOr<store::RoomChange>;

// REQUIRES, of all: the state names the users whom the rule is about, and their ids are sorted
// without repetitions.
ChangeOrError AddMembers(const store::RoomState& room, const Asker& asker,
                         const NewMembers& members);
ChangeOrError RemoveMembers(const store::RoomState& room, const Asker& asker,
                            const std::vector<std::string>& user_ids);
ChangeOrError SetRoles(const store::RoomState& room, const Asker& asker,
                       const std::vector<std::pair<std::string, MemberRole>>& roles);
ChangeOrError Join(const store::RoomState& room, const std::string& user_id);
ChangeOrError Leave(const store::RoomState& room, const std::string& user_id);
ChangeOrError Update(const store::RoomState& room, const Asker& asker, const RoomUpdate& update);
ChangeOrError SetArchived(const store::RoomState& room, const Asker& asker, bool archived);
ChangeOrError Delete(const store::RoomState& room, const Asker& asker);

}  // namespace chatter::rooms

#endif  // CHATTER_SERVER_ROOMS_ROOM_RULES_H_
