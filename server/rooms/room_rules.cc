#include "server/rooms/room_rules.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "google/protobuf/util/message_differencer.h"
#include "server/model/errors.h"
#include "server/model/limits.h"

namespace chatter::rooms {
namespace {

using store::RoomChange;
using store::RoomState;

constexpr int32_t kPair = 2;

absl::Status DirectRoomError(std::string_view message) {
  return MakeError(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_DIRECT_ROOM, message);
}

absl::Status LastOwnerError() {
  return MakeError(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_LAST_OWNER,
                   "The other members would be left without an owner. Make one of them an owner "
                   "first.");
}

// What the asker may do; an error for those who may not even know of the room.
absl::StatusOr<MemberRole> RoleOf(const RoomState& room, const Asker& asker) {
  if (asker.is_service()) return MemberRole::kOwner;
  if (!room.actor_role.has_value()) return RoomNotFoundError();
  return *room.actor_role;
}

absl::StatusOr<MemberRole> Require(const RoomState& room, const Asker& asker, Right right) {
  auto role = RoleOf(room, asker);
  if (role.ok() && !Has(*role, right)) {
    return RoleNotAllowedError("Your role in the room doesn't allow this; an owner can change it.");
  }
  return role;
}

// Whether somebody of this role may put members in or out of that one.
bool MayHandle(MemberRole role, MemberRole other) {
  return role == MemberRole::kOwner || (Has(role, Right::kManage) && other >= MemberRole::kMember);
}

const Member* Find(const RoomState& room, std::string_view user_id) {
  const auto found = std::find_if(room.named.begin(), room.named.end(),
                                  [&](const Member& member) { return member.user_id == user_id; });
  return found == room.named.end() ? nullptr : &*found;
}

absl::Status UnknownUsersError(const std::vector<std::string>& unknown) {
  FieldViolations violations;
  for (const std::string& user_id : unknown) {
    violations.Add("user_ids", absl::StrCat("there is no user \"", user_id, "\""));
  }
  return violations.ToStatus(v1::ERROR_REASON_UNKNOWN_USERS,
                             "The tenant doesn't have all of these users.");
}

v1::RoomUpdated UpdatedEvent(const store::RoomSettings& settings) {
  v1::RoomUpdated event;
  event.set_kind(static_cast<v1::RoomKind>(settings.kind));
  *event.mutable_profile() = settings.profile;
  event.set_archived(settings.archived);
  return event;
}

// What becomes of a DIRECT room whose members change: a GROUP, so that the set that it stood for is
// free. What these few have said to each other is for them, whoever comes later: unless they choose
// otherwise, which all read in the log. They themselves are in it from its first event on, so
// nothing is hidden from them.
void MakeGroup(RoomChange& change, bool shares_history) {
  change.settings.kind = RoomKind::kGroup;
  change.settings.profile.set_history(shares_history ? v1::HISTORY_VISIBILITY_WHOLE
                                                     : v1::HISTORY_VISIBILITY_SINCE_JOINED);
  change.events.emplace_back(UpdatedEvent(change.settings));
}

// REQUIRES: the asker may do so.
ChangeOrError Add(const RoomState& room, const NewMembers& members) {
  if (room.settings.archived) return RoomArchivedError();
  if (room.member_count == 0 && members.role != MemberRole::kOwner) return LastOwnerError();
  RoomChange change{.settings = room.settings};
  v1::MembersAdded event;
  for (const std::string& user_id : members.user_ids) {
    if (Find(room, user_id) != nullptr) continue;
    change.added.push_back({.room_id = {}, .user_id = user_id, .role = members.role});
    event.add_user_ids(user_id);
  }
  if (change.added.empty()) return change;
  if (room.member_count + static_cast<int64_t>(change.added.size()) > limits::kRoomMembers) {
    return MakeError(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_TOO_MANY_MEMBERS,
                     absl::StrCat("A room has up to ", limits::kRoomMembers, " members."));
  }
  event.set_role(static_cast<v1::MemberRole>(members.role));
  if (room.settings.kind == RoomKind::kDirect) MakeGroup(change, members.shares_history);
  change.events.emplace_back(std::move(event));
  return change;
}

// REQUIRES: the asker may do so.
ChangeOrError Remove(const RoomState& room, const std::vector<std::string>& user_ids) {
  RoomChange change{.settings = room.settings};
  v1::MembersRemoved event;
  for (const std::string& user_id : user_ids) {
    if (Find(room, user_id) == nullptr) continue;
    change.removed.push_back(user_id);
    event.add_user_ids(user_id);
  }
  if (change.removed.empty()) return change;
  const bool others_stay = static_cast<size_t>(room.member_count) > change.removed.size();
  if (others_stay && !room.other_owner) return LastOwnerError();
  if (room.settings.kind == RoomKind::kDirect) MakeGroup(change, /*shares_history=*/false);
  change.events.emplace_back(std::move(event));
  return change;
}

}  // namespace

bool Has(MemberRole role, Right right) {
  switch (right) {
    case Right::kSend:
      return role <= MemberRole::kMember;
    case Right::kEdit:
    case Right::kManage:
      return role <= MemberRole::kModerator;
    case Right::kConfigure:
      return role == MemberRole::kOwner;
  }
  return false;
}

ChangeOrError AddMembers(const RoomState& room, const Asker& asker, const NewMembers& members) {
  const auto own_role = Require(room, asker, Right::kManage);
  if (!own_role.ok()) return own_role.status();
  if (!MayHandle(*own_role, members.role)) {
    return RoleNotAllowedError("Only an owner can make owners and moderators.");
  }
  // Members stay what they are, even those who aren't active.
  std::vector<std::string> unknown = room.unknown;
  std::erase_if(unknown, [&](const std::string& id) { return Find(room, id) != nullptr; });
  if (!unknown.empty()) return UnknownUsersError(unknown);
  return Add(room, members);
}

ChangeOrError RemoveMembers(const RoomState& room, const Asker& asker,
                            const std::vector<std::string>& user_ids) {
  const auto own_role = Require(room, asker, Right::kManage);
  if (!own_role.ok()) return own_role.status();
  for (const Member& member : room.named) {
    if (member.user_id != asker.user_id() && !MayHandle(*own_role, member.role)) {
      return RoleNotAllowedError("Only an owner can remove owners and moderators.");
    }
  }
  if (room.settings.kind == RoomKind::kDirect) {
    return DirectRoomError("A direct room is its members: nobody is removed from it.");
  }
  return Remove(room, user_ids);
}

ChangeOrError SetRoles(const RoomState& room, const Asker& asker,
                       const std::vector<std::pair<std::string, MemberRole>>& roles) {
  const auto own_role = RoleOf(room, asker);
  if (!own_role.ok()) return own_role.status();
  if (room.settings.kind == RoomKind::kDirect) {
    return DirectRoomError("In a direct room all members have equal rights.");
  }
  RoomChange change{.settings = room.settings};
  v1::RolesChanged event;
  bool has_owner = room.other_owner;
  for (const auto& [user_id, role] : roles) {
    const Member* member = Find(room, user_id);
    if (member == nullptr) {
      return MakeError(absl::StatusCode::kNotFound, v1::ERROR_REASON_MEMBER_NOT_FOUND,
                       absl::StrCat("\"", user_id, "\" isn't a member of the room."));
    }
    has_owner = has_owner || role == MemberRole::kOwner;
    if (role == member->role) continue;
    const bool steps_down = user_id == asker.user_id() && role > member->role;
    if (!steps_down && !(MayHandle(*own_role, member->role) && MayHandle(*own_role, role))) {
      return RoleNotAllowedError(
          "Owners set all roles; moderators make members readers, and readers members.");
    }
    change.changed.push_back({.room_id = {}, .user_id = user_id, .role = role});
    v1::RoleAssignment* assignment = event.add_roles();
    assignment->set_user_id(user_id);
    assignment->set_role(static_cast<v1::MemberRole>(role));
  }
  if (change.changed.empty()) return change;
  if (!has_owner) return LastOwnerError();
  change.events.emplace_back(std::move(event));
  return change;
}

ChangeOrError Join(const RoomState& room, const std::string& user_id) {
  if (room.actor_role.has_value()) return RoomChange{.settings = room.settings};
  if (room.settings.kind != RoomKind::kPublic) return RoomNotFoundError();
  // Whoever finds a room that all have left owns it.
  const MemberRole role = room.member_count == 0 ? MemberRole::kOwner : MemberRole::kMember;
  return Add(room, {.user_ids = {user_id}, .role = role});
}

ChangeOrError Leave(const RoomState& room, const std::string& user_id) {
  if (!room.actor_role.has_value()) return RoomNotFoundError();
  // Who left a pair would leave a group of one behind, and meet the other in a second room of the
  // two with the next word. To hide it does what they want.
  if (room.settings.kind == RoomKind::kDirect && room.member_count <= kPair) {
    return DirectRoomError("Nobody leaves a direct room of one or two: hide it.");
  }
  return Remove(room, {user_id});
}

ChangeOrError Update(const RoomState& room, const Asker& asker, const RoomUpdate& update) {
  const bool configures = update.history.has_value() || update.kind.has_value();
  const auto role = Require(room, asker, configures ? Right::kConfigure : Right::kEdit);
  if (!role.ok()) return role.status();
  if (room.settings.archived) return RoomArchivedError();
  if (update.kind.has_value() && room.settings.kind == RoomKind::kDirect) {
    return DirectRoomError("A direct room can't be made another kind, but by adding members.");
  }
  RoomChange change{.settings = room.settings};
  v1::RoomProfile& profile = change.settings.profile;
  if (update.name.has_value()) profile.set_name(*update.name);
  if (update.topic.has_value()) profile.set_topic(*update.topic);
  if (update.avatar_url.has_value()) profile.set_avatar_url(*update.avatar_url);
  if (update.attributes.has_value()) {
    profile.clear_attributes();
    profile.mutable_attributes()->insert(update.attributes->begin(), update.attributes->end());
  }
  if (update.history.has_value()) profile.set_history(*update.history);
  if (update.kind.has_value()) change.settings.kind = *update.kind;
  if (change.settings.kind == RoomKind::kPublic && profile.name().empty()) {
    FieldViolations violations;
    violations.Add("profile.name", "must not be empty: the room is PUBLIC");
    return violations.ToStatus();
  }
  const bool is_new =
      change.settings.kind != room.settings.kind ||
      !google::protobuf::util::MessageDifferencer::Equals(profile, room.settings.profile);
  if (is_new) change.events.emplace_back(UpdatedEvent(change.settings));
  return change;
}

ChangeOrError SetArchived(const RoomState& room, const Asker& asker, bool archived) {
  const auto role = Require(room, asker, Right::kConfigure);
  if (!role.ok()) return role.status();
  RoomChange change{.settings = room.settings};
  if (archived == room.settings.archived) return change;
  // All own it, and one of them would silence the others. Any of them may open it again.
  if (archived && room.settings.kind == RoomKind::kDirect && !asker.is_service()) {
    return DirectRoomError("A direct room is its members: none of them closes it for the others.");
  }
  change.settings.archived = archived;
  change.events.emplace_back(UpdatedEvent(change.settings));
  return change;
}

ChangeOrError Delete(const RoomState& room, const Asker& asker) {
  const auto role = Require(room, asker, Right::kConfigure);
  if (!role.ok()) return role.status();
  if (room.settings.kind == RoomKind::kDirect && !asker.is_service()) {
    return DirectRoomError("A direct room is its members: none of them deletes it.");
  }
  return RoomChange{.settings = room.settings, .events = {v1::RoomDeleted()}, .deletes = true};
}

}  // namespace chatter::rooms
