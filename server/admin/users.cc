#include "server/admin/users.h"

#include <optional>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "server/model/errors.h"
#include "server/model/page_token.h"
#include "server/model/validate.h"

namespace chatter::admin {
namespace {

constexpr size_t kMaxUpsertedUsers = 500;
constexpr PageSizes kPageSizes{.if_zero = 50, .max = 500};

void CheckUsers(const std::vector<User>& users, FieldViolations& violations) {
  if (users.empty() || users.size() > kMaxUpsertedUsers) {
    violations.Add("users", absl::StrCat("must be 1 to ", kMaxUpsertedUsers, " users"));
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

void Users::List(const TenantCaller& caller, const ListRequest& request, Callback<Page> done) {
  FieldViolations violations;
  AddProblem("id_prefix", UserIdPrefixProblem(request.id_prefix), violations);
  const int limit = ParsePageSize(request.page_size, kPageSizes, violations);
  const std::optional<std::string> after = ReadUserPlace(PageKind::kUsers, request.page_token);
  if (!after.has_value()) violations.Add("page_token", kPageTokenProblem);
  if (!violations.empty()) return done(violations.ToStatus());

  store_.List(caller.tenant(), request.id_prefix, *after, limit + 1, caller.deadline(),
              Then(std::move(done), [limit](std::vector<User> users, auto& answer) {
                Page page{.users = std::move(users), .next_page_token = {}};
                if (CutToPage(page.users, limit)) {
                  page.next_page_token = MakePageToken(PageKind::kUsers, page.users.back().id);
                }
                answer(std::move(page));
              }));
}

}  // namespace chatter::admin
