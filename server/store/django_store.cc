#include "server/store/django_store.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "server/postgres/database.h"
#include "server/postgres/statement.h"
#include "server/store/sql.h"

namespace chatter::store {
namespace {

std::string_view Render(std::string_view sql, const DjangoTables& tables) {
  return postgres::KeepSql(absl::StrReplaceAll(
      {sql.data(), sql.size()},
      {{"{session_table}", tables.sessions.Quoted()},
       {"{user_table}", tables.users.Quoted()},
       {"{key}", tables.user_key.Quoted()},
       {"{id}", tables.user_id.Quoted()},
       {"{password}", tables.user_password.Quoted()},
       {"{active}", tables.user_active.has_value()
                        ? absl::StrCat("coalesce(u.", tables.user_active->Quoted(), ", false)")
                        : "true"}}));
}

Sha256Digest ReadDigest(const postgres::Rows& rows, int row, int column) {
  const std::string_view bytes = rows.GetText(row, column);
  Sha256Digest digest{};
  std::copy_n(bytes.begin(), std::min(bytes.size(), digest.size()), digest.begin());
  return digest;
}

DjangoStore::Present ReadPresent(const postgres::Rows& sessions, const postgres::Rows& users) {
  DjangoStore::Present present;
  for (int row = 0; row < sessions.size(); ++row) {
    present.session_keys.emplace(sessions.GetText(row, 0));
  }
  for (int row = 0; row < users.size(); ++row) {
    present.passwords.emplace(users.GetText(row, 0), ReadDigest(users, row, 1));
  }
  return present;
}

}  // namespace

DjangoStore::DjangoStore(postgres::Database& database, const DjangoTables& tables)
    : database_(database),
      find_session_(Render(sql::kFindDjangoSession, tables)),
      find_live_sessions_(Render(sql::kFindLiveDjangoSessions, tables)),
      find_user_(Render(sql::kFindDjangoUser, tables)),
      digest_passwords_(Render(sql::kDigestDjangoPasswords, tables)) {}

void DjangoStore::FindSession(const TenantKey& tenant, const std::string& session_key,
                              SteadyTime deadline, Callback<std::optional<Session>> done) {
  postgres::Statement statement{.sql = find_session_, .tenant = tenant, .params = {}};
  statement.params.Text(session_key);
  postgres::RunOne(
      database_, std::move(statement), deadline, postgres::kIdempotent,
      Then(std::move(done), [](const postgres::Rows& rows, auto& answer) {
        if (rows.size() == 0) return answer(std::optional<Session>());
        answer(Session{.data = std::string(rows.GetText(0, 0)), .expires_at = rows.GetTime(0, 1)});
      }));
}

void DjangoStore::FindUser(const TenantKey& tenant, const std::string& user_key,
                           SteadyTime deadline, Callback<std::optional<User>> done) {
  postgres::Statement statement{.sql = find_user_, .tenant = tenant, .params = {}};
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

void DjangoStore::FindPresent(const TenantKey& tenant, const std::vector<std::string>& session_keys,
                              const std::vector<std::string>& user_keys, SteadyTime deadline,
                              Callback<Present> done) {
  postgres::Statement sessions{.sql = find_live_sessions_, .tenant = tenant, .params = {}};
  sessions.params.Texts(session_keys);
  postgres::Statement users{.sql = digest_passwords_, .tenant = tenant, .params = {}};
  users.params.InferredArray(user_keys);
  postgres::Database::Transaction transaction{
      .statements = {}, .deadline = deadline, .idempotent = true};
  // Where sessions are in signed cookies, there needn't be a table of them.
  if (!session_keys.empty()) transaction.statements.push_back(std::move(sessions));
  transaction.statements.push_back(std::move(users));
  database_.Run(std::move(transaction),
                Then(std::move(done), [](const postgres::Database::Results& results, auto& answer) {
                  answer(results.size() == 1 ? ReadPresent({}, results.back())
                                             : ReadPresent(results.front(), results.back()));
                }));
}

}  // namespace chatter::store
