#include "server/rooms/members.h"

#include <algorithm>
#include <optional>

#include "absl/strings/str_cat.h"
#include "server/model/errors.h"
#include "server/model/validate.h"

namespace chatter::rooms {
namespace {

using store::RoomState;

constexpr size_t kMaxNamed = 1'000;
constexpr PageSizes kPageSizes{.if_zero = 100, .max = 1'000};
constexpr std::string_view kRoleProblem = "must be OWNER, MODERATOR, MEMBER or READER";

// Sorts them, and drops repetitions.
void CheckNamed(std::vector<std::string>& user_ids, FieldViolations& violations) {
  if (user_ids.empty() || user_ids.size() > kMaxNamed) {
    violations.Add("user_ids", absl::StrCat("must be 1 to ", kMaxNamed, " user ids"));
    return;
  }
  for (size_t i = 0; i < user_ids.size(); ++i) {
    AddProblem(absl::StrCat("user_ids[", i, "]"), UserIdProblem(user_ids[i]), violations);
  }
  std::sort(user_ids.begin(), user_ids.end());
  user_ids.erase(std::unique(user_ids.begin(), user_ids.end()), user_ids.end());
}

bool IsRole(v1::MemberRole role) {
  return role >= v1::MEMBER_ROLE_OWNER && role <= v1::MEMBER_ROLE_READER;
}

MemberRole ToModel(v1::MemberRole role) { return static_cast<MemberRole>(role); }

using RolesByUser = std::vector<std::pair<std::string, MemberRole>>;

RolesByUser CheckRoles(const std::vector<std::pair<std::string, v1::MemberRole>>& roles,
                       FieldViolations& violations) {
  RolesByUser sorted;
  if (roles.empty() || roles.size() > kMaxNamed) {
    violations.Add("roles", absl::StrCat("must be 1 to ", kMaxNamed, " assignments"));
    return sorted;
  }
  for (size_t i = 0; i < roles.size(); ++i) {
    const auto& [user_id, role] = roles[i];
    const std::string field = absl::StrCat("roles[", i, "]");
    AddProblem(absl::StrCat(field, ".user_id"), UserIdProblem(user_id), violations);
    if (!IsRole(role)) violations.Add(absl::StrCat(field, ".role"), kRoleProblem);
    sorted.emplace_back(user_id, ToModel(role));
  }
  std::sort(sorted.begin(), sorted.end());
  const auto twice =
      std::adjacent_find(sorted.begin(), sorted.end(),
                         [](const auto& a, const auto& b) { return a.first == b.first; });
  if (twice != sorted.end()) {
    violations.Add("roles", absl::StrCat("must not hold \"", twice->first, "\" twice"));
  }
  return sorted;
}

std::vector<std::string> UsersOf(const RolesByUser& roles) {
  std::vector<std::string> users;
  for (const auto& [user_id, role] : roles) users.push_back(user_id);
  return users;
}

}  // namespace

void Members::List(const TenantCaller& caller, const v1::ListMembersRequest& request,
                   Callback<Page<Member>> done) {
  FieldViolations violations;
  const std::optional<RoomId> room = ParseRoomId(request.room_id(), violations);
  const Pager<std::string> pager(caller, request, kPageSizes, violations);
  if (!violations.empty()) return done(violations.ToStatus());
  store_.ListMembers(
      {caller.tenant(), *room}, caller.asker(), pager.After<std::string>().value_or(""),
      pager.limit(), caller.deadline(),
      Then(std::move(done), [pager](std::optional<std::vector<Member>> members, auto& answer) {
        if (!members.has_value()) return answer(RoomNotFoundError());
        answer(pager.Cut(*std::move(members), [](const Member& last) { return last.user_id; }));
      }));
}

void Members::Add(const TenantCaller& caller, const v1::AddMembersRequest& request,
                  Callback<RoomChanger::Changed> done) {
  FieldViolations violations;
  v1::MemberRole role = request.role();
  if (role == v1::MEMBER_ROLE_UNSPECIFIED) role = v1::MEMBER_ROLE_MEMBER;
  NewMembers members{.user_ids = {request.user_ids().begin(), request.user_ids().end()},
                     .role = ToModel(role),
                     .shares_history = request.shares_history()};
  CheckNamed(members.user_ids, violations);
  if (!IsRole(role)) violations.Add("role", kRoleProblem);
  const auto rule = [asker = caller.asker(), members](const RoomState& state) {
    return AddMembers(state, asker, members);
  };
  changer_.Run(caller, request.room_id(), std::move(violations),
               {std::move(members.user_ids), rule}, std::move(done));
}

void Members::Remove(const TenantCaller& caller, std::string_view room_id,
                     std::vector<std::string> user_ids, Callback<RoomChanger::Changed> done) {
  FieldViolations violations;
  CheckNamed(user_ids, violations);
  const auto rule = [asker = caller.asker(), user_ids](const RoomState& state) {
    return RemoveMembers(state, asker, user_ids);
  };
  changer_.Run(caller, room_id, std::move(violations), {std::move(user_ids), rule},
               std::move(done));
}

void Members::SetRoles(const TenantCaller& caller, std::string_view room_id,
                       const std::vector<std::pair<std::string, v1::MemberRole>>& roles,
                       Callback<RoomChanger::Changed> done) {
  FieldViolations violations;
  const RolesByUser sorted = CheckRoles(roles, violations);
  const auto rule = [asker = caller.asker(), sorted](const RoomState& state) {
    return rooms::SetRoles(state, asker, sorted);
  };
  changer_.Run(caller, room_id, std::move(violations), {UsersOf(sorted), rule}, std::move(done));
}

void Members::Join(const UserCaller& caller, std::string_view room_id,
                   Callback<RoomChanger::Changed> done) {
  const std::string& user_id = caller.user_id();
  const auto rule = [user_id](const RoomState& state) { return rooms::Join(state, user_id); };
  changer_.Run(caller, room_id, {}, {{user_id}, rule}, std::move(done));
}

void Members::Leave(const UserCaller& caller, std::string_view room_id,
                    Callback<RoomChanger::Changed> done) {
  const std::string& user_id = caller.user_id();
  const auto rule = [user_id](const RoomState& state) { return rooms::Leave(state, user_id); };
  changer_.Run(caller, room_id, {}, {{user_id}, rule}, std::move(done));
}

}  // namespace chatter::rooms
