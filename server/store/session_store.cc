#include "server/store/session_store.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/postgres/databases.h"
#include "server/postgres/places.h"
#include "server/store/identity_changes.h"
#include "server/store/session_makers.h"
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
  postgres::TenantStatement lock{sql::kLockUserSessions, {}};
  lock.params.Text(absl::StrCat(tenant.text(), " ", session.user_id));
  postgres::TenantStatement create{sql::kCreateSession, tenant, {}};
  const bool idles = session.idle_ttl != absl::InfiniteDuration();
  create.params.Digest(session.token_digest)
      .Text(session.user_id)
      .Int(absl::ToInt64Microseconds(session.ttl))
      .Int(idles ? absl::ToInt64Microseconds(session.idle_ttl) : 0)
      .Text(session.device)
      .Text(session.service)
      .Int(kMaxSessionsPerUser - 1);
  tenants_.For(tenant).Run(
      {.statements = {std::move(lock), std::move(create)},
       .deadline = deadline,
       .idempotent = true},
      Then(std::move(done), [](const postgres::Database::Results& results, auto& answer) {
        answer(ReadOne(results.back()));
      }));
}

void SessionStore::List(const TenantKey& tenant, const std::string& user_id,
                        const std::optional<ListPosition>& after, int limit, SteadyTime deadline,
                        Callback<std::vector<Session>> done) {
  ListMore({tenant, user_id}, after, limit, {}, deadline, std::move(done));
}

void SessionStore::ListMore(const UserKey& user, const std::optional<ListPosition>& after,
                            int limit, std::vector<Session> so_far, SteadyTime deadline,
                            Callback<std::vector<Session>> done) {
  const int wanted = limit - static_cast<int>(so_far.size());
  postgres::TenantStatement statement{sql::kListSessions, user.tenant, {}};
  statement.params.Text(user.user_id);
  if (after.has_value()) {
    statement.params.Time(after->created_at).Digest(after->token_digest);
  } else {
    statement.params.NullTime().Bytes("");
  }
  statement.params.Int(wanted);
  auto take = [this, user, limit, wanted, so_far = std::move(so_far), deadline](
                  std::vector<Session> found, const SessionMakers& makers,
                  Callback<std::vector<Session>>& answer) mutable {
    for (const Session& session : found) {
      if (makers.MightMake(session.service, session.created_at)) so_far.push_back(session);
    }
    const bool is_end = static_cast<int>(found.size()) < wanted;
    if (is_end || static_cast<int>(so_far.size()) == limit) return answer(std::move(so_far));
    const ListPosition last{found.back().created_at, found.back().token_digest};
    ListMore(user, last, limit, std::move(so_far), deadline, std::move(answer));
  };
  postgres::RunOne(tenants_, std::move(statement), deadline, postgres::kIdempotent,
                   Then(std::move(done), [this, user, deadline, take = std::move(take)](
                                             const postgres::Rows& rows, auto& answer) mutable {
                     std::vector<Session> found;
                     std::vector<std::string> services;
                     for (int row = 0; row < rows.size(); ++row) {
                       services.push_back(found.emplace_back(ReadSession(rows, row)).service);
                     }
                     SessionMakers::Find(control_, user.tenant, std::move(services), deadline,
                                         Then(std::move(answer),
                                              [found = std::move(found), take = std::move(take)](
                                                  const SessionMakers& makers, auto& told) mutable {
                                                take(std::move(found), makers, told);
                                              }));
                   }));
}

void SessionStore::Revoke(const TenantKey& tenant, const Sha256Digest& token_digest,
                          const Asker& asker, SteadyTime deadline, Callback<bool> done) {
  postgres::TenantStatement statement{sql::kRevokeSession, tenant, {}};
  statement.params.Digest(token_digest).Who(asker);
  postgres::RunOne(tenants_, std::move(statement), deadline, postgres::kOnce,
                   Then(std::move(done), [this, tenant, token_digest, deadline](
                                             const postgres::Rows& rows, auto& answer) mutable {
                     std::vector<Revoked> revoked;
                     if (rows.size() > 0) {
                       revoked.push_back({token_digest, rows.GetBool(0, 0),
                                          std::string(rows.GetText(0, 1)), rows.GetTime(0, 2)});
                     }
                     FinishRevoking(
                         tenant, std::move(revoked), deadline,
                         Then(std::move(answer), [](const std::vector<Sha256Digest>& held,
                                                    auto& told) { told(!held.empty()); }));
                   }));
}

void SessionStore::RevokeAll(const TenantKey& tenant, const std::string& user_id,
                             const std::optional<std::string>& device, SteadyTime deadline,
                             Callback<std::vector<Sha256Digest>> done) {
  postgres::TenantStatement statement{sql::kRevokeSessions, tenant, {}};
  statement.params.Text(user_id).Smallint(device.has_value() ? 1 : 0).Text(device.value_or(""));
  postgres::RunOne(tenants_, std::move(statement), deadline, postgres::kOnce,
                   Then(std::move(done), [this, tenant, deadline](const postgres::Rows& rows,
                                                                  auto& answer) mutable {
                     std::vector<Revoked> revoked;
                     for (int row = 0; row < rows.size(); ++row) {
                       revoked.push_back({rows.GetDigest(row, 0), rows.GetBool(row, 1),
                                          std::string(rows.GetText(row, 2)), rows.GetTime(row, 3)});
                     }
                     FinishRevoking(tenant, std::move(revoked), deadline, std::move(answer));
                   }));
}

void SessionStore::FinishRevoking(const TenantKey& tenant, std::vector<Revoked> revoked,
                                  SteadyTime deadline, Callback<std::vector<Sha256Digest>> done) {
  if (revoked.empty()) return done(std::vector<Sha256Digest>());
  CountIdentityChange(
      control_, tenant, deadline,
      [this, tenant, revoked = std::move(revoked), deadline,
       done = std::move(done)](const absl::Status& counted) mutable {
        if (!counted.ok()) return done(counted);
        std::vector<std::string> services;
        for (const Revoked& session : revoked) services.push_back(session.service);
        SessionMakers::Find(
            control_, tenant, std::move(services), deadline,
            Then(std::move(done),
                 [revoked = std::move(revoked)](const SessionMakers& makers, auto& answer) {
                   std::vector<Sha256Digest> held;
                   for (const auto& [token_digest, holds, service, created_at] : revoked) {
                     if (holds && makers.MightMake(service, created_at)) {
                       held.push_back(token_digest);
                     }
                   }
                   answer(std::move(held));
                 }));
      });
}

void SessionStore::Find(const TenantKey& tenant, const Sha256Digest& token_digest,
                        SteadyTime deadline, Callback<std::optional<Session>> done) {
  postgres::TenantStatement statement{sql::kFindSession, tenant, {}};
  statement.params.Digest(token_digest);
  postgres::RunOne(
      tenants_, std::move(statement), deadline, postgres::kIdempotent,
      Then(std::move(done),
           [this, tenant, deadline](const postgres::Rows& rows, auto& answer) mutable {
             std::optional<Session> found = ReadOne(rows);
             if (!found.has_value()) return answer(std::move(found));
             const bool is_news = rows.GetBool(0, 9);
             std::vector<std::string> services = {found->service};
             SessionMakers::Find(
                 control_, tenant, std::move(services), deadline,
                 Then(std::move(answer), [this, tenant, found = std::move(found), is_news](
                                             const SessionMakers& makers, auto& told) mutable {
                   if (!makers.MightMake(found->service, found->created_at)) {
                     return told(std::optional<Session>());
                   }
                   if (is_news) Touch(tenant, {found->token_digest});
                   told(std::move(found));
                 }));
           }));
}

void SessionStore::FindEnded(const TenantKey& tenant,
                             const std::vector<Sha256Digest>& token_digests, SteadyTime deadline,
                             Callback<std::vector<size_t>> done) {
  postgres::TenantStatement ended{sql::kFindEndedSessions, tenant, {}};
  ended.params.Digests(token_digests);
  postgres::TenantStatement services{sql::kFindSessionServices, tenant, {}};
  services.params.Digests(token_digests);
  tenants_.For(tenant).Run(
      {.statements = {std::move(ended), std::move(services)},
       .deadline = deadline,
       .idempotent = true},
      Then(std::move(done), [this, tenant, token_digests, deadline](
                                const postgres::Database::Results& results, auto& answer) mutable {
        std::vector<size_t> places;
        std::vector<Sha256Digest> used;
        const postgres::Rows& rows = results.front();
        for (int row = 0; row < rows.size(); ++row) {
          const auto place = static_cast<size_t>(rows.GetInt(row, 0)) - 1;
          if (rows.GetBool(row, 1)) {
            used.push_back(token_digests[place]);
          } else {
            places.push_back(place);
          }
        }
        if (!used.empty()) Touch(tenant, used);
        FindEndedWithMakers(
            tenant, token_digests, results.back(), deadline,
            Then(std::move(answer),
                 [places = std::move(places)](const std::vector<size_t>& more, auto& told) {
                   std::vector<size_t> all;
                   std::set_union(places.begin(), places.end(), more.begin(), more.end(),
                                  std::back_inserter(all));
                   told(std::move(all));
                 }));
      }));
}

void SessionStore::FindEndedWithMakers(const TenantKey& tenant,
                                       const std::vector<Sha256Digest>& token_digests,
                                       const postgres::Rows& rows, SteadyTime deadline,
                                       Callback<std::vector<size_t>> done) {
  std::vector<std::string> services;
  std::vector<absl::Time> first;
  for (int row = 0; row < rows.size(); ++row) {
    services.emplace_back(rows.GetText(row, 0));
    first.push_back(rows.GetTime(row, 1));
  }
  SessionMakers::Find(
      control_, tenant, services, deadline,
      Then(std::move(done), [this, tenant, token_digests, services, first, deadline](
                                const SessionMakers& makers, auto& answer) mutable {
        std::vector<std::string> ended;
        std::vector<absl::Time> since;
        for (size_t i = 0; i < services.size(); ++i) {
          if (makers.MightMake(services[i], first[i])) continue;
          ended.push_back(services[i]);
          since.push_back(makers.HoldSince(services[i]));
        }
        if (ended.empty()) return answer(std::vector<size_t>());
        postgres::FindPlaces(
            tenants_,
            {sql::kFindSessionsOfServices, tenant,
             std::move(postgres::Params().Digests(token_digests).Texts(ended).Times(since))},
            deadline, std::move(answer));
      }));
}

// What fails will be news the next time, too.
void SessionStore::Touch(const TenantKey& tenant, const std::vector<Sha256Digest>& token_digests) {
  postgres::TenantStatement statement{sql::kTouchSessions, tenant, {}};
  statement.params.Digests(token_digests);
  postgres::RunOne(tenants_, std::move(statement), SteadyTime::Now() + kTouchTimeout,
                   postgres::kIdempotent, [](const absl::StatusOr<postgres::Rows>&) {});
}

}  // namespace chatter::store
