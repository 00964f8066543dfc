#include "server/store/user_store.h"

#include <unordered_map>
#include <utility>

#include "server/postgres/databases.h"
#include "server/postgres/places.h"
#include "server/store/bounded_search.h"
#include "server/store/identity_changes.h"
#include "server/store/sql.h"

namespace chatter::store {

User ReadUser(const postgres::Rows& rows, int row) {
  return {.id = std::string(rows.GetText(row, 0)),
          .display_name = std::string(rows.GetText(row, 1)),
          .created_at = rows.IsNull(row, 2) ? absl::InfinitePast() : rows.GetTime(row, 2),
          .active = rows.GetBool(row, 3)};
}

namespace {

std::vector<User> ReadUsers(const postgres::Rows& rows) {
  std::vector<User> users;
  users.reserve(static_cast<size_t>(rows.size()));
  for (int row = 0; row < rows.size(); ++row) users.push_back(ReadUser(rows, row));
  return users;
}

// `stored` in the order of `wanted`; the two have the same ids.
std::vector<User> InOrderOf(const std::vector<User>& wanted, std::vector<User> stored) {
  std::unordered_map<std::string, User> by_id;
  for (User& user : stored) {
    std::string id = user.id;
    by_id.emplace(std::move(id), std::move(user));
  }
  std::vector<User> ordered;
  for (const User& user : wanted) ordered.push_back(std::move(by_id[user.id]));
  return ordered;
}

}  // namespace

void UserStore::Upsert(const TenantKey& tenant, std::vector<User> users, SteadyTime deadline,
                       Callback<std::vector<User>> done) {
  std::vector<std::string_view> ids;
  std::vector<std::string_view> names;
  for (const User& user : users) {
    ids.push_back(user.id);
    names.push_back(user.display_name);
  }
  postgres::TenantStatement statement{sql::kUpsertUsers, tenant, {}};
  statement.params.Texts(ids).Texts(names);
  postgres::RunOne(tenants_, std::move(statement), deadline, postgres::kIdempotent,
                   Then(std::move(done), [users = std::move(users)](const postgres::Rows& rows,
                                                                    auto& answer) mutable {
                     answer(InOrderOf(users, ReadUsers(rows)));
                   }));
}

void UserStore::SetActive(const TenantKey& tenant, const std::string& user_id, bool active,
                          SteadyTime deadline, Callback<std::optional<User>> done) {
  postgres::TenantStatement statement{sql::kSetUserActive, tenant, {}};
  statement.params.Text(user_id).Bool(active);
  postgres::RunOne(tenants_, std::move(statement), deadline, postgres::kIdempotent,
                   Then(std::move(done), [this, tenant, active, deadline](
                                             const postgres::Rows& rows, auto& answer) mutable {
                     if (rows.size() == 0) return answer(std::optional<User>());
                     User user = ReadUser(rows, 0);
                     if (active) return answer(std::optional(std::move(user)));
                     CountIdentityChange(control_, tenant, deadline,
                                         [user = std::move(user), answer = std::move(answer)](
                                             const absl::Status& counted) mutable {
                                           if (!counted.ok()) return answer(counted);
                                           answer(std::optional(std::move(user)));
                                         });
                   }));
}

void UserStore::Find(const TenantKey& tenant, const std::string& user_id, SteadyTime deadline,
                     Callback<std::optional<User>> done) {
  postgres::TenantStatement statement{sql::kFindUser, tenant, {}};
  statement.params.Text(user_id);
  postgres::RunOne(tenants_, std::move(statement), deadline, postgres::kIdempotent,
                   Then(std::move(done), [](const postgres::Rows& rows, auto& answer) {
                     if (rows.size() == 0) return answer(std::optional<User>());
                     answer(ReadUser(rows, 0));
                   }));
}

void UserStore::FindAll(const TenantKey& tenant, const std::vector<std::string>& user_ids,
                        SteadyTime deadline, Callback<std::vector<User>> done) {
  postgres::TenantStatement statement{sql::kFindUsers, tenant, {}};
  statement.params.Texts(user_ids);
  postgres::RunOne(tenants_, std::move(statement), deadline, postgres::kIdempotent,
                   Then(std::move(done),
                        [](const postgres::Rows& rows, auto& answer) { answer(ReadUsers(rows)); }));
}

void UserStore::FindInactive(const TenantKey& tenant, const std::vector<std::string>& user_ids,
                             SteadyTime deadline, Callback<std::vector<size_t>> done) {
  postgres::TenantStatement statement{sql::kFindInactiveUsers, tenant, {}};
  statement.params.Texts(user_ids);
  postgres::FindPlaces(tenants_, std::move(statement), deadline, std::move(done));
}

void UserStore::List(const TenantKey& tenant, const std::string& prefix, const std::string& after,
                     int limit, SteadyTime deadline, Callback<std::vector<User>> done) {
  postgres::TenantStatement statement{sql::kListUsers, tenant, {}};
  statement.params.Text(prefix).Text(after).Int(limit);
  postgres::RunOne(tenants_, std::move(statement), deadline, postgres::kIdempotent,
                   Then(std::move(done),
                        [](const postgres::Rows& rows, auto& answer) { answer(ReadUsers(rows)); }));
}

void UserStore::Search(const TenantKey& tenant, const std::string& query, const std::string& prefix,
                       const std::string& after, int limit, SteadyTime deadline,
                       Callback<std::vector<User>> done) {
  postgres::TenantDatabase::Transaction search = BoundedSearch(deadline);
  search.statements.push_back({sql::kSearchUsers, tenant,
                               postgres::Params().Text(prefix).Text(after).Int(limit).Text(query)});
  RunBoundedSearch(tenants_, tenant, std::move(search),
                   Then(std::move(done), [](const postgres::Database::Results& results,
                                            auto& answer) { answer(ReadUsers(results[0])); }));
}

}  // namespace chatter::store
