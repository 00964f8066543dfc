#include "server/chat/rooms.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "server/chat/page_token.h"
#include "server/chat/permissions.h"
#include "server/chat/validate.h"
#include "server/model/errors.h"

namespace chatter::chat {
namespace {

using ListPosition = store::RoomStore::ListPosition;
using DirectRoom = store::RoomStore::DirectRoom;

constexpr size_t kMaxListedUsers = 2'000;
constexpr size_t kMaxMembers = 1'000;
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
                             "The tenant doesn't have all of these users; see the violations.");
}

std::string TokenOf(const Room& last) {
  const std::string id(last.id.bytes().begin(), last.id.bytes().end());
  return MakePageToken(PageKind::kRooms, MakeTimePlace({.time = last.last_event_at, .id = id}));
}

std::optional<ListPosition> ParseToken(std::string_view token) {
  std::array<uint8_t, 16> id;
  const auto place = ReadPageToken(PageKind::kRooms, token);
  if (!place.has_value()) return std::nullopt;
  const auto parts = ReadTimePlace(*place, id.size());
  if (!parts.has_value()) return std::nullopt;
  std::copy(parts->id.begin(), parts->id.end(), id.begin());
  return ListPosition{.last_event_at = parts->time, .room_id = RoomId::FromBytes(id)};
}

}  // namespace

void Rooms::Create(const Caller& caller, std::vector<std::string> user_ids,
                   Callback<Created> done) {
  if (absl::Status status = RequireUserOrService(caller); !status.ok()) {
    return done(std::move(status));
  }
  FieldViolations violations;
  CheckUserIds(user_ids, violations);
  if (!violations.empty()) return done(violations.ToStatus());
  std::vector<std::string> members = SortedSet(user_ids);
  if (members.size() > kMaxMembers) {
    violations.Add("user_ids",
                   absl::StrCat("must be at most ", kMaxMembers, " different user ids"));
    return done(violations.ToStatus());
  }
  const std::string& actor = caller.principal.user_id;
  if (caller.is_user() && !std::binary_search(members.begin(), members.end(), actor)) {
    return done(CallerNotIncludedError());
  }

  auto on_answer = [this, tenant = *caller.tenant, members, requested = std::move(user_ids),
                    done = std::move(done)](absl::StatusOr<DirectRoom> answer) mutable {
    if (!answer.ok()) return done(std::move(answer).status());
    if (!answer->unknown_users.empty()) {
      return done(UnknownUsersError(requested, answer->unknown_users));
    }
    // Even for a room that was there: the call that made it may have ended before it came to this.
    bus_.PublishRoomJoined(
        {.tenant = tenant, .room = answer->room.id, .user_ids = std::move(members)});
    done(Created{.room = std::move(answer->room), .created = answer->created});
  };
  store_.CreateDirect(*caller.tenant, std::move(members),
                      {.user_id = actor, .service = caller.principal.service}, caller.deadline,
                      std::move(on_answer));
}

void Rooms::Get(const Caller& caller, std::string_view room_id, Callback<Room> done) {
  if (absl::Status status = RequireUserOrService(caller); !status.ok()) {
    return done(std::move(status));
  }
  FieldViolations violations;
  const std::optional<RoomId> room = ParseRoomId(room_id, violations);
  if (!violations.empty()) return done(violations.ToStatus());
  // No member is asked for when the caller is a service, which may see any room.
  store_.Find(*caller.tenant, *room, caller.principal.user_id, caller.deadline,
              [done = std::move(done)](absl::StatusOr<std::optional<Room>> found) mutable {
                if (!found.ok()) return done(std::move(found).status());
                if (!found->has_value()) return done(RoomNotFoundError());
                done(**std::move(found));
              });
}

void Rooms::CheckMember(const Caller& caller, std::string_view room_id, Callback<RoomKey> done) {
  if (absl::Status status = RequireUser(caller); !status.ok()) return done(std::move(status));
  FieldViolations violations;
  const std::optional<RoomId> room = ParseRoomId(room_id, violations);
  if (!violations.empty()) return done(violations.ToStatus());
  RoomKey key{*caller.tenant, *room};
  store_.HasMember(key, caller.principal.user_id, caller.deadline,
                   [key, done = std::move(done)](absl::StatusOr<bool> is_member) mutable {
                     if (!is_member.ok()) return done(is_member.status());
                     if (!*is_member) return done(RoomNotFoundError());
                     done(std::move(key));
                   });
}

void Rooms::List(const Caller& caller, int32_t page_size, std::string_view page_token,
                 Callback<Page> done) {
  if (absl::Status status = RequireUser(caller); !status.ok()) return done(std::move(status));
  FieldViolations violations;
  const int limit = ParsePageSize(page_size, kPageSizes, violations);
  std::optional<ListPosition> after;
  if (!page_token.empty()) {
    after = ParseToken(page_token);
    if (!after.has_value()) violations.Add("page_token", kPageTokenProblem);
  }
  if (!violations.empty()) return done(violations.ToStatus());

  store_.ListOfUser(
      *caller.tenant, caller.principal.user_id, after, limit + 1, caller.deadline,
      [limit, done = std::move(done)](absl::StatusOr<std::vector<Room>> rooms) mutable {
        if (!rooms.ok()) return done(std::move(rooms).status());
        Page page{.rooms = *std::move(rooms), .next_page_token = {}};
        if (CutToPage(page.rooms, limit)) page.next_page_token = TokenOf(page.rooms.back());
        done(std::move(page));
      });
}

}  // namespace chatter::chat
