#include "server/rooms/rooms.h"

#include <algorithm>
#include <optional>
#include <tuple>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "server/model/errors.h"
#include "server/model/field_mask.h"
#include "server/model/limits.h"
#include "server/model/message_size.h"
#include "server/model/validate.h"
#include "server/rooms/read_mask.h"

namespace chatter::rooms {
namespace {

using ListPosition = store::RoomStore::ListPosition;
using MadeRoom = store::RoomStore::MadeRoom;
using BrowsePosition = store::RoomStore::BrowsePosition;
using BrowsedRoom = store::RoomStore::BrowsedRoom;
using ListedRoom = store::RoomStore::ListedRoom;

constexpr size_t kMaxListedUsers = 2'000;
constexpr int kMaxBatch = 100;  // rooms
constexpr PageSizes kPageSizes{.if_zero = 20, .max = 100};

std::vector<std::string> SortedSet(std::vector<std::string> user_ids) {
  std::sort(user_ids.begin(), user_ids.end());
  user_ids.erase(std::unique(user_ids.begin(), user_ids.end()), user_ids.end());
  return user_ids;
}

void CheckUserIds(const std::vector<std::string>& user_ids, FieldViolations& violations) {
  if (user_ids.empty() || user_ids.size() > kMaxListedUsers) {
    violations.Add("user_ids", absl::StrCat("must be 1 to ", kMaxListedUsers, " user ids"));
    return;
  }
  for (size_t i = 0; i < user_ids.size(); ++i) {
    const std::string_view problem = UserIdProblem(user_ids[i]);
    if (!problem.empty()) violations.Add(absl::StrCat("user_ids[", i, "]"), problem);
  }
}

std::vector<RoomId> ParseRoomIds(const v1::BatchGetRoomsRequest& request,
                                 FieldViolations& violations) {
  std::vector<RoomId> rooms;
  if (request.room_ids().empty() || request.room_ids_size() > kMaxBatch) {
    violations.Add("room_ids", absl::StrCat("must be 1 to ", kMaxBatch, " room ids"));
    return rooms;
  }
  for (int i = 0; i < request.room_ids_size(); ++i) {
    const std::optional<RoomId> room = RoomId::Parse(request.room_ids(i));
    if (room.has_value()) {
      rooms.push_back(*room);
    } else {
      violations.Add(absl::StrCat("room_ids[", i, "]"), "must be a UUID in canonical text");
    }
  }
  return rooms;
}

absl::Status CallerNotIncludedError() {
  FieldViolations violations;
  violations.Add("user_ids", "must include the caller");
  return violations.ToStatus(v1::ERROR_REASON_CALLER_NOT_INCLUDED,
                             "A user's room must include that user.");
}

// Names each unknown user once, where the request first does.
absl::Status UnknownUsersError(const std::vector<std::string>& requested,
                               const std::vector<std::string>& unknown) {
  absl::flat_hash_set<std::string> left(unknown.begin(), unknown.end());
  FieldViolations violations;
  for (size_t i = 0; i < requested.size(); ++i) {
    if (left.erase(requested[i]) == 0) continue;
    violations.Add(absl::StrCat("user_ids[", i, "]"),
                   absl::StrCat("there is no user \"", requested[i], "\""));
  }
  return violations.ToStatus(v1::ERROR_REASON_UNKNOWN_USERS,
                             "The tenant doesn't have all of these users.");
}

// The fields beside the members.
void CheckNewRoom(const TenantCaller& caller, const Rooms::NewRoom& room,
                  FieldViolations& violations) {
  CheckProfile(room.profile, violations);
  if (room.kind < v1::ROOM_KIND_UNSPECIFIED || room.kind > v1::ROOM_KIND_PUBLIC) {
    violations.Add("kind", "must be DIRECT, GROUP or PUBLIC");
  }
  if (room.kind <= v1::ROOM_KIND_DIRECT) {
    if (!room.owner_ids.empty()) violations.Add("owner_ids", "must be empty: the room is DIRECT");
    if (!room.request_id.empty()) violations.Add("request_id", "must be empty: the room is DIRECT");
    return;
  }
  if (room.owner_ids.empty() && !caller.is_user()) {
    violations.Add("owner_ids", "must name at least one: a service doesn't own rooms");
  }
  if (room.kind == v1::ROOM_KIND_PUBLIC && room.profile.name().empty()) {
    violations.Add("profile.name", "must not be empty: the room is PUBLIC");
  }
  if (!room.request_id.empty()) {
    AddProblem("request_id", ClientMessageIdProblem(room.request_id), violations);
  }
}

store::RoomStore::NewRoom PlanOf(const TenantCaller& caller, const Rooms::NewRoom& room,
                                 RoomFields fields) {
  store::RoomStore::NewRoom plan{.kind = RoomKind::kDirect,
                                 .user_ids = SortedSet(room.user_ids),
                                 .owner_ids = SortedSet(room.owner_ids),
                                 .profile = room.profile,
                                 .request_id = room.request_id,
                                 .fields = fields};
  if (room.kind != v1::ROOM_KIND_UNSPECIFIED) plan.kind = static_cast<RoomKind>(room.kind);
  if (plan.profile.history() == v1::HISTORY_VISIBILITY_UNSPECIFIED) {
    plan.profile.set_history(v1::HISTORY_VISIBILITY_WHOLE);
  }
  if (plan.kind != RoomKind::kDirect && plan.owner_ids.empty()) {
    plan.owner_ids.push_back(caller.user_id());
  }
  return plan;
}

bool Holds(const std::vector<std::string>& sorted, const std::string& user_id) {
  return std::binary_search(sorted.begin(), sorted.end(), user_id);
}

absl::Status CheckMembers(const TenantCaller& caller, const store::RoomStore::NewRoom& plan) {
  FieldViolations violations;
  if (plan.user_ids.size() > limits::kFirstRoomMembers) {
    violations.Add("user_ids", absl::StrCat("must be at most ", limits::kFirstRoomMembers,
                                            " different user ids"));
    return violations.ToStatus();
  }
  if (caller.is_user() && !Holds(plan.user_ids, caller.user_id())) {
    return CallerNotIncludedError();
  }
  for (const std::string& owner : plan.owner_ids) {
    if (!Holds(plan.user_ids, owner)) {
      violations.Add("owner_ids", absl::StrCat("\"", owner, "\" isn't among `user_ids`"));
    }
  }
  return violations.ToStatus();
}

size_t RoomBytes(const Room& room) {
  size_t bytes = room.profile.ByteSizeLong();
  for (const std::string& id : room.user_ids) bytes += id.size();
  for (const std::string& name : room.other_names) bytes += name.size();
  if (room.last_message.has_value()) bytes += BytesOf(*room.last_message);
  return bytes;
}

// The rooms of a page without their places in the list.
template <typename Placed>
Page<Room> RoomsOf(Page<Placed> found) {
  Page<Room> page{.entries = {}, .next_page_token = std::move(found.next_page_token)};
  page.entries.reserve(found.entries.size());
  for (Placed& placed : found.entries) page.entries.push_back(std::move(placed.room));
  return page;
}

// What the mask names.
RoomUpdate UpdateOf(const v1::UpdateRoomRequest& request, FieldViolations& violations) {
  RoomUpdate update;
  const v1::RoomProfile& profile = request.profile();
  const auto& mask = request.update_mask().paths();
  for (const std::string& path :
       ParseUpdateMask(request, {mask.begin(), mask.end()},
                       {"profile.name", "profile.topic", "profile.avatar_url", "profile.attributes",
                        "profile.history", "kind"},
                       violations)) {
    if (path == "profile.name") {
      update.name = profile.name();
    } else if (path == "profile.topic") {
      update.topic = profile.topic();
    } else if (path == "profile.avatar_url") {
      update.avatar_url = profile.avatar_url();
    } else if (path == "profile.attributes") {
      update.attributes.emplace(profile.attributes().begin(), profile.attributes().end());
    } else if (path == "profile.history") {
      update.history = profile.history();
    } else {
      update.kind = static_cast<RoomKind>(request.kind());
    }
  }
  if (update.history == v1::HISTORY_VISIBILITY_UNSPECIFIED) {
    violations.Add("profile.history", "must be WHOLE or SINCE_JOINED");
  }
  if (update.kind.has_value() && *update.kind != RoomKind::kGroup &&
      *update.kind != RoomKind::kPublic) {
    violations.Add("kind", "must be GROUP or PUBLIC");
  }
  return update;
}

// What a tenant may not want its users to make.
std::optional<Feature> FeatureOf(std::optional<RoomKind> kind) {
  if (kind == RoomKind::kPublic) return Feature::kPublicRooms;
  return std::nullopt;
}

}  // namespace

void Rooms::Create(const TenantCaller& caller, NewRoom room, Callback<Created> done) {
  FieldViolations violations;
  CheckUserIds(room.user_ids, violations);
  CheckNewRoom(caller, room, violations);
  const RoomFields fields = ParseReadMask(room.read_mask, violations);
  if (!violations.empty()) return done(violations.ToStatus());
  store::RoomStore::NewRoom plan = PlanOf(caller, room, fields);
  if (absl::Status status = CheckMembers(caller, plan); !status.ok()) {
    return done(std::move(status));
  }
  const std::optional<Feature> feature = FeatureOf(plan.kind);
  settings_.RequireOfUser(
      caller, feature,
      [this, caller, plan = std::move(plan), requested = std::move(room.user_ids),
       done = std::move(done)](absl::Status wanted) mutable {
        if (!wanted.ok()) return done(std::move(wanted));
        Make(caller, std::move(plan), std::move(requested), std::move(done));
      });
}

void Rooms::Make(const TenantCaller& caller, store::RoomStore::NewRoom plan,
                 std::vector<std::string> requested, Callback<Created> done) {
  auto on_answer = Then(
      std::move(done), [this, caller, fields = plan.fields, members = plan.user_ids,
                        requested = std::move(requested)](MadeRoom made, auto& answer) mutable {
        if (!made.unknown_users.empty()) {
          return answer(UnknownUsersError(requested, made.unknown_users));
        }
        // Even for a room that was there: the call that made it may have ended before it came to
        // this.
        if (made.created || made.room.kind == RoomKind::kDirect) {
          bus_.Publish(bus::RoomJoined{
              .tenant = caller.tenant(), .room = made.room.id, .user_ids = std::move(members)});
        }
        if (made.room.kind == RoomKind::kDirect && made.room.archived_at.has_value()) {
          return Reopen(caller, made.room.id, fields, std::move(answer));
        }
        answer(Created{.room = std::move(made.room), .created = made.created});
      });
  store_.Create(caller.tenant(), std::move(plan), store::Actor::Of(caller), caller.deadline(),
                std::move(on_answer));
}

// Who asks for the room of these people wants to write to them. There is one for each set, so
// another can't be made beside it, and any of them could open it by UnarchiveRoom as well. (A room
// that a request has made is given as it is: the call is a repetition, and asks for nothing new.)
void Rooms::Reopen(const TenantCaller& caller, const RoomId& room, RoomFields fields,
                   Callback<Created> done) {
  SetArchived(caller, room.ToString(), false,
              Then(std::move(done), [this, caller, room, fields](
                                        const RoomChanger::Changed& /*changed*/, auto& answer) {
                Find(caller, room, fields, Then(std::move(answer), [](Room found, auto& created) {
                       created(Created{.room = std::move(found)});
                     }));
              }));
}

void Rooms::Find(const TenantCaller& caller, const RoomId& room, RoomFields fields,
                 Callback<Room> done) {
  // No member is asked for when the caller is a service, which may see any room.
  store_.Find(caller.tenant(), room, caller.asker(), fields, caller.deadline(),
              Then(std::move(done), [](std::optional<Room> found, auto& answer) {
                if (!found.has_value()) return answer(RoomNotFoundError());
                answer(*std::move(found));
              }));
}

void Rooms::Get(const TenantCaller& caller, std::string_view room_id,
                const std::vector<std::string>& read_mask, Callback<Room> done) {
  FieldViolations violations;
  const std::optional<RoomId> room = ParseRoomId(room_id, violations);
  const RoomFields fields = ParseReadMask(read_mask, violations);
  if (!violations.empty()) return done(violations.ToStatus());
  Find(caller, *room, fields, std::move(done));
}

void Rooms::BatchGet(const TenantCaller& caller, const v1::BatchGetRoomsRequest& request,
                     Callback<std::vector<Room>> done) {
  FieldViolations violations;
  const std::vector<RoomId> ids = ParseRoomIds(request, violations);
  const auto& mask = request.read_mask().paths();
  const RoomFields fields = ParseReadMask({mask.begin(), mask.end()}, violations);
  if (!violations.empty()) return done(violations.ToStatus());
  store_.FindAll(caller.tenant(), ids, caller.asker(), fields, caller.deadline(),
                 Then(std::move(done), [](std::vector<Room> rooms, auto& answer) {
                   size_t bytes = 0;
                   const auto beyond =
                       std::find_if(rooms.begin(), rooms.end(), [&bytes](const Room& room) {
                         bytes += RoomBytes(room);
                         return bytes > kMaxPageBytes;
                       });
                   rooms.erase(beyond, rooms.end());
                   answer(std::move(rooms));
                 }));
}

void Rooms::CheckMember(const UserCaller& caller, std::string_view room_id,
                        Callback<RoomKey> done) {
  FieldViolations violations;
  const std::optional<RoomId> room = ParseRoomId(room_id, violations);
  if (!violations.empty()) return done(violations.ToStatus());
  RoomKey key{caller.tenant(), *room};
  store_.HasMember(key, caller.user_id(), caller.deadline(),
                   Then(std::move(done), [key](bool is_member, auto& answer) mutable {
                     if (!is_member) return answer(RoomNotFoundError());
                     answer(std::move(key));
                   }));
}

void Rooms::List(const UserCaller& caller, const v1::ListRoomsRequest& request,
                 Callback<Page<Room>> done) {
  FieldViolations violations;
  const Pager<absl::Time, RoomId> pager(caller, request, kPageSizes, violations);
  const auto& mask = request.read_mask().paths();
  const RoomFields fields = ParseReadMask({mask.begin(), mask.end()}, violations);
  if (!violations.empty()) return done(violations.ToStatus());

  store_.ListOfUser(
      caller.tenant(), caller.user_id(),
      {.include_hidden = request.include_hidden(), .pinned_only = request.pinned_only()}, fields,
      pager.After<ListPosition>(), pager.limit(), caller.deadline(),
      Then(std::move(done), [pager](std::vector<ListedRoom> rooms, auto& answer) {
        const auto place_of = [](const ListedRoom& last) {
          return std::tuple(last.position.raised_at, last.position.room_id);
        };
        const auto bytes_of = [](const ListedRoom& listed) { return RoomBytes(listed.room); };
        answer(RoomsOf(pager.Cut(std::move(rooms), place_of, bytes_of)));
      }));
}

void Rooms::Browse(const TenantCaller& caller, const v1::BrowseRoomsRequest& request,
                   Callback<Page<Room>> done) {
  FieldViolations violations;
  const Pager<std::string, RoomId> pager(caller, request, kPageSizes, violations);
  AddProblem("name_prefix", RoomNameProblem(request.name_prefix()), violations);
  AddProblem("query", RoomNameProblem(request.query()), violations);
  if (!violations.empty()) return done(violations.ToStatus());

  store_.Browse(caller.tenant(), caller.user_id(),
                {.name_prefix = request.name_prefix(), .query = request.query()},
                pager.After<BrowsePosition>(), pager.limit(), caller.deadline(),
                Then(std::move(done), [pager](std::vector<BrowsedRoom> rooms, auto& answer) {
                  answer(RoomsOf(pager.Cut(std::move(rooms), [](const BrowsedRoom& last) {
                    return std::tuple(last.position.name, last.position.room_id);
                  })));
                }));
}

void Rooms::Update(const TenantCaller& caller, const v1::UpdateRoomRequest& request,
                   Callback<Room> done) {
  FieldViolations violations;
  CheckProfile(request.profile(), violations);
  const RoomUpdate update = UpdateOf(request, violations);
  const auto rule = [asker = caller.asker(), update](const store::RoomState& state) {
    return rooms::Update(state, asker, update);
  };
  Callback<RoomChanger::Changed> on_changed =
      Then(std::move(done), [this, caller, room_id = request.room_id()](
                                const RoomChanger::Changed& /*changed*/, auto& answer) mutable {
        Get(caller, room_id, {}, std::move(answer));
      });
  settings_.RequireOfUser(
      caller, FeatureOf(update.kind),
      [this, caller, room_id = request.room_id(), violations = std::move(violations), rule,
       on_changed = std::move(on_changed)](absl::Status wanted) mutable {
        if (!wanted.ok()) return on_changed(std::move(wanted));
        changer_.Run(caller, room_id, std::move(violations), {{}, rule}, std::move(on_changed));
      });
}

void Rooms::SetArchived(const TenantCaller& caller, std::string_view room_id, bool archived,
                        Callback<RoomChanger::Changed> done) {
  const auto rule = [asker = caller.asker(), archived](const store::RoomState& state) {
    return rooms::SetArchived(state, asker, archived);
  };
  changer_.Run(caller, room_id, {}, {{}, rule}, std::move(done));
}

void Rooms::Delete(const TenantCaller& caller, std::string_view room_id,
                   Callback<RoomChanger::Changed> done) {
  const auto rule = [asker = caller.asker()](const store::RoomState& state) {
    return rooms::Delete(state, asker);
  };
  changer_.Run(caller, room_id, {}, {{}, rule}, std::move(done));
}

}  // namespace chatter::rooms
