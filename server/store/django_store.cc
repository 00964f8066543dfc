#include "server/store/django_store.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "server/postgres/databases.h"
#include "server/postgres/statement.h"
#include "server/store/sql.h"

namespace chatter::store {
namespace {

postgres::TenantSql Render(std::string_view sql, const DjangoTables& tables) {
  return postgres::TenantSql(postgres::KeepSql(absl::StrReplaceAll(
      {sql.data(), sql.size()},
      {{"{session_table}", tables.sessions.Quoted()},
       {"{user_table}", tables.users.Quoted()},
       {"{key}", tables.user_key.Quoted()},
       {"{id}", tables.user_id.Quoted()},
       {"{password}", tables.user_password.Quoted()},
       {"{active}", tables.user_active.has_value()
                        ? absl::StrCat("coalesce(u.", tables.user_active->Quoted(), ", false)")
                        : "true"}})));
}

DjangoStore::Present ReadPresent(const postgres::Rows& sessions, const postgres::Rows& users) {
  DjangoStore::Present present;
  for (int row = 0; row < sessions.size(); ++row) {
    auto& new_data = present.sessions[static_cast<size_t>(sessions.GetInt(row, 0) - 1)];
    if (!sessions.IsNull(row, 1)) new_data = std::string(sessions.GetText(row, 1));
  }
  for (int row = 0; row < users.size(); ++row) {
    present.passwords.emplace(users.GetText(row, 0), users.GetText(row, 1));
  }
  return present;
}

}  // namespace

DjangoStore::DjangoStore(postgres::TenantDatabases& database, const DjangoTables& tables)
    : database_(database),
      find_session_(Render(sql::kFindDjangoSession, tables)),
      recheck_sessions_(Render(sql::kRecheckDjangoSessions, tables)),
      find_user_(Render(sql::kFindDjangoUser, tables)),
      find_passwords_(Render(sql::kFindDjangoPasswords, tables)) {}

void DjangoStore::FindSession(const TenantKey& tenant, const std::string& session_key,
                              SteadyTime deadline, Callback<std::optional<std::string>> done) {
  postgres::TenantStatement statement{find_session_, tenant, {}};
  statement.params.Text(session_key);
  postgres::RunOne(database_, std::move(statement), deadline, postgres::kIdempotent,
                   Then(std::move(done), [](const postgres::Rows& rows, auto& answer) {
                     if (rows.size() == 0) return answer(std::optional<std::string>());
                     answer(std::optional<std::string>(rows.GetText(0, 0)));
                   }));
}

void DjangoStore::FindUser(const TenantKey& tenant, const std::string& user_key,
                           SteadyTime deadline, Callback<std::optional<User>> done) {
  postgres::TenantStatement statement{find_user_, tenant, {}};
  statement.params.Inferred(user_key);
  postgres::RunOne(database_, std::move(statement), deadline, postgres::kIdempotent,
                   [done = std::move(done)](absl::StatusOr<postgres::Rows> rows) mutable {
                     if (absl::IsInvalidArgument(rows.status())) return done(std::optional<User>());
                     if (!rows.ok()) return done(rows.status());
                     if (rows->size() == 0) return done(std::optional<User>());
                     done(User{.key = std::string(rows->GetText(0, 0)),
                               .id = std::string(rows->GetText(0, 1)),
                               .password = std::string(rows->GetText(0, 2)),
                               .active = rows->GetBool(0, 3)});
                   });
}

void DjangoStore::FindPresent(const TenantKey& tenant, const std::vector<KnownSession>& sessions,
                              const std::vector<std::string>& user_keys, SteadyTime deadline,
                              Callback<Present> done) {
  std::vector<std::string_view> session_keys;
  std::vector<Sha256Digest> digests;
  for (const KnownSession& session : sessions) {
    session_keys.push_back(session.key);
    digests.push_back(session.digest);
  }
  postgres::TenantDatabase::Transaction transaction{
      .statements = {}, .deadline = deadline, .idempotent = true};
  // Where sessions are in signed cookies, there needn't be a table of them.
  if (!sessions.empty()) {
    postgres::TenantStatement recheck{recheck_sessions_, tenant, {}};
    recheck.params.Texts(session_keys).Digests(digests);
    transaction.statements.push_back(std::move(recheck));
  }
  postgres::TenantStatement users{find_passwords_, tenant, {}};
  users.params.InferredArray(user_keys);
  transaction.statements.push_back(std::move(users));
  database_.For(tenant).Run(
      std::move(transaction),
      Then(std::move(done), [](const postgres::Database::Results& results, auto& answer) {
        answer(results.size() == 1 ? ReadPresent({}, results.back())
                                   : ReadPresent(results.front(), results.back()));
      }));
}

}  // namespace chatter::store
