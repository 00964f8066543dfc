#include "server/store/session_store.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "server/postgres/database.h"
#include "server/store/sql.h"

namespace chatter::store {
namespace {

constexpr absl::Duration kTouchTimeout = absl::Seconds(5);

// What a row of create_session.sql, find_session.sql or list_sessions.sql describes.
Session ReadSession(const postgres::Rows& rows, int row) {
  return {.token_digest = rows.GetDigest(row, 7),
          .user_id = std::string(rows.GetText(row, 0)),
          .created_at = rows.GetTime(row, 1),
          .expires_at = rows.GetTime(row, 2),
          .user_active = rows.GetBool(row, 3),
          .device = std::string(rows.GetText(row, 4)),
          .idle_ttl = rows.IsNull(row, 5) ? absl::InfiniteDuration()
                                          : absl::Microseconds(rows.GetInt(row, 5)),
          .last_used_at = rows.GetTime(row, 6),
          .service = std::string(rows.GetText(row, 8))};
}

std::optional<Session> ReadOne(const postgres::Rows& rows) {
  if (rows.size() == 0) return std::nullopt;
  return ReadSession(rows, 0);
}

}  // namespace

void SessionStore::Create(const TenantKey& tenant, const NewSession& session, SteadyTime deadline,
                          Callback<std::optional<Session>> done) {
  postgres::Statement lock{.sql = sql::kLockUserSessions, .tenant = std::nullopt, .params = {}};
  lock.params.Text(absl::StrCat(tenant.text(), " ", session.user_id));
  postgres::Statement create{.sql = sql::kCreateSession, .tenant = tenant, .params = {}};
  const bool idles = session.idle_ttl != absl::InfiniteDuration();
  create.params.Text(tenant.text())
      .Digest(session.token_digest)
      .Text(session.user_id)
      .Int(absl::ToInt64Microseconds(session.ttl))
      .Int(idles ? absl::ToInt64Microseconds(session.idle_ttl) : 0)
      .Text(session.device)
      .Text(session.service)
      .Int(kMaxSessionsPerUser - 1);
  database_.Run({.statements = {std::move(lock), std::move(create)},
                 .deadline = deadline,
                 .idempotent = true},
                Then(std::move(done), [](const postgres::Database::Results& results, auto& answer) {
                  answer(ReadOne(results.back()));
                }));
}

void SessionStore::List(const TenantKey& tenant, const std::string& user_id,
                        const std::optional<ListPosition>& after, int limit, SteadyTime deadline,
                        Callback<std::vector<Session>> done) {
  postgres::Statement statement{.sql = sql::kListSessions, .tenant = tenant, .params = {}};
  statement.params.Text(tenant.text()).Text(user_id);
  if (after.has_value()) {
    statement.params.Time(after->created_at).Digest(after->token_digest);
  } else {
    statement.params.NullTime().Bytes("");
  }
  statement.params.Int(limit);
  postgres::RunOne(database_, std::move(statement), deadline, postgres::kIdempotent,
                   Then(std::move(done), [](const postgres::Rows& rows, auto& answer) {
                     std::vector<Session> sessions;
                     for (int row = 0; row < rows.size(); ++row) {
                       sessions.push_back(ReadSession(rows, row));
                     }
                     answer(std::move(sessions));
                   }));
}

void SessionStore::Revoke(const TenantKey& tenant, const Sha256Digest& token_digest,
                          const Asker& asker, SteadyTime deadline, Callback<bool> done) {
  postgres::Statement statement{.sql = sql::kRevokeSession, .tenant = tenant, .params = {}};
  statement.params.Text(tenant.text()).Digest(token_digest).Who(asker);
  postgres::RunOne(database_, std::move(statement), deadline, postgres::kOnce,
                   Then(std::move(done), [](const postgres::Rows& rows, auto& answer) {
                     answer(rows.size() > 0 && rows.GetBool(0, 0));
                   }));
}

void SessionStore::RevokeAll(const TenantKey& tenant, const std::string& user_id,
                             const std::optional<std::string>& device, SteadyTime deadline,
                             Callback<std::vector<Sha256Digest>> done) {
  postgres::Statement statement{.sql = sql::kRevokeSessions, .tenant = tenant, .params = {}};
  statement.params.Text(tenant.text())
      .Text(user_id)
      .Smallint(device.has_value() ? 1 : 0)
      .Text(device.value_or(""));
  postgres::RunOne(database_, std::move(statement), deadline, postgres::kOnce,
                   Then(std::move(done), [](const postgres::Rows& rows, auto& answer) {
                     std::vector<Sha256Digest> held;
                     for (int row = 0; row < rows.size(); ++row) {
                       if (rows.GetBool(row, 1)) held.push_back(rows.GetDigest(row, 0));
                     }
                     answer(std::move(held));
                   }));
}

void SessionStore::Find(const TenantKey& tenant, const Sha256Digest& token_digest,
                        SteadyTime deadline, Callback<std::optional<Session>> done) {
  postgres::Statement statement{.sql = sql::kFindSession, .tenant = tenant, .params = {}};
  statement.params.Text(tenant.text()).Digest(token_digest);
  postgres::RunOne(
      database_, std::move(statement), deadline, postgres::kIdempotent,
      Then(std::move(done), [this, tenant, token_digest](const postgres::Rows& rows, auto& answer) {
        if (rows.size() > 0 && rows.GetBool(0, 9)) Touch(tenant, {token_digest});
        answer(ReadOne(rows));
      }));
}

void SessionStore::FindEnded(const TenantKey& tenant,
                             const std::vector<Sha256Digest>& token_digests, SteadyTime deadline,
                             Callback<std::vector<size_t>> done) {
  postgres::Statement statement{.sql = sql::kFindEndedSessions, .tenant = tenant, .params = {}};
  statement.params.Text(tenant.text()).Digests(token_digests);
  postgres::RunOne(database_, std::move(statement), deadline, postgres::kIdempotent,
                   Then(std::move(done),
                        [this, tenant, token_digests](const postgres::Rows& rows, auto& answer) {
                          std::vector<size_t> ended;
                          std::vector<Sha256Digest> used;
                          for (int row = 0; row < rows.size(); ++row) {
                            const auto place = static_cast<size_t>(rows.GetInt(row, 0)) - 1;
                            if (rows.GetBool(row, 1)) {
                              used.push_back(token_digests[place]);
                            } else {
                              ended.push_back(place);
                            }
                          }
                          if (!used.empty()) Touch(tenant, used);
                          answer(std::move(ended));
                        }));
}

// What fails will be news the next time, too.
void SessionStore::Touch(const TenantKey& tenant, const std::vector<Sha256Digest>& token_digests) {
  postgres::Statement statement{.sql = sql::kTouchSessions, .tenant = tenant, .params = {}};
  statement.params.Digests(token_digests);
  postgres::RunOne(database_, std::move(statement), SteadyTime::Now() + kTouchTimeout,
                   postgres::kIdempotent, [](const absl::StatusOr<postgres::Rows>&) {});
}

}  // namespace chatter::store
