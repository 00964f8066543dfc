#include "server/admin/users.h"

#include <optional>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "server/model/errors.h"
#include "server/model/validate.h"

namespace chatter::admin {
namespace {

constexpr size_t kMaxUsersOfACall = 500;
constexpr PageSizes kPageSizes{.if_zero = 50, .max = 500};

void CheckUsers(const std::vector<User>& users, FieldViolations& violations) {
  if (users.empty() || users.size() > kMaxUsersOfACall) {
    violations.Add("users", absl::StrCat("must be 1 to ", kMaxUsersOfACall, " users"));
    return;
  }
  absl::flat_hash_set<std::string> seen;
  for (size_t i = 0; i < users.size(); ++i) {
    const std::string path = absl::StrCat("users[", i, "]");
    AddProblem(path + ".id", UserIdProblem(users[i].id), violations);
    AddProblem(path + ".display_name", DisplayNameProblem(users[i].display_name), violations);
    if (!seen.insert(users[i].id).second) {
      violations.Add(path + ".id", "must differ from the ids before it");
    }
  }
}

}  // namespace

absl::Status UserNotFoundError() {
  return MakeError(absl::StatusCode::kNotFound, v1::ERROR_REASON_USER_NOT_FOUND,
                   "The tenant has no such user.");
}

absl::Status Users::CheckWrite() const {
  if (table_ == Table::kApplications) {
    return MakeError(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_USERS_READ_ONLY,
                     "Users are read from the application's own table. Write them there.");
  }
  return absl::OkStatus();
}

void Users::Upsert(const ServiceCaller& caller, std::vector<User> users,
                   Callback<std::vector<User>> done) {
  if (absl::Status status = CheckWrite(); !status.ok()) return done(std::move(status));
  FieldViolations violations;
  CheckUsers(users, violations);
  if (!violations.empty()) return done(violations.ToStatus());
  store_.Upsert(caller.tenant(), std::move(users), caller.deadline(), std::move(done));
}

void Users::SetActive(const ServiceCaller& caller, std::string_view user_id, bool active,
                      Callback<User> done) {
  if (absl::Status status = CheckWrite(); !status.ok()) return done(std::move(status));
  FieldViolations violations;
  AddProblem("user_id", UserIdProblem(user_id), violations);
  if (!violations.empty()) return done(violations.ToStatus());
  store_.SetActive(caller.tenant(), std::string(user_id), active, caller.deadline(),
                   Then(std::move(done), [](std::optional<User> user, auto& answer) {
                     if (!user.has_value()) return answer(UserNotFoundError());
                     answer(*std::move(user));
                   }));
}

void Users::Get(const TenantCaller& caller, std::string_view user_id, Callback<User> done) {
  FieldViolations violations;
  AddProblem("user_id", UserIdProblem(user_id), violations);
  if (!violations.empty()) return done(violations.ToStatus());
  store_.Find(caller.tenant(), std::string(user_id), caller.deadline(),
              Then(std::move(done), [](std::optional<User> found, auto& answer) {
                if (!found.has_value()) return answer(UserNotFoundError());
                answer(*std::move(found));
              }));
}

void Users::BatchGet(const TenantCaller& caller, const std::vector<std::string>& user_ids,
                     Callback<std::vector<User>> done) {
  FieldViolations violations;
  if (user_ids.empty() || user_ids.size() > kMaxUsersOfACall) {
    violations.Add("user_ids", absl::StrCat("must be 1 to ", kMaxUsersOfACall, " user ids"));
  } else {
    for (size_t i = 0; i < user_ids.size(); ++i) {
      AddProblem(absl::StrCat("user_ids[", i, "]"), UserIdProblem(user_ids[i]), violations);
    }
  }
  if (!violations.empty()) return done(violations.ToStatus());
  store_.FindAll(caller.tenant(), user_ids, caller.deadline(), std::move(done));
}

void Users::List(const TenantCaller& caller, const v1::ListUsersRequest& request,
                 Callback<Page<User>> done) {
  FieldViolations violations;
  AddProblem("id_prefix", UserIdPrefixProblem(request.id_prefix()), violations);
  AddProblem("query", DisplayNameProblem(request.query()), violations);  // as long as names
  const Pager<std::string> pager(caller, request, kPageSizes, violations);
  if (!violations.empty()) return done(violations.ToStatus());

  auto to_page = Then(std::move(done), [pager](std::vector<User> users, auto& answer) {
    answer(pager.Cut(std::move(users), [](const User& last) { return last.id; }));
  });
  const std::string after = pager.After<std::string>().value_or("");
  if (request.query().empty()) {
    store_.List(caller.tenant(), request.id_prefix(), after, pager.limit(), caller.deadline(),
                std::move(to_page));
  } else {
    store_.Search(caller.tenant(), request.query(), request.id_prefix(), after, pager.limit(),
                  caller.deadline(), std::move(to_page));
  }
}

}  // namespace chatter::admin
