#include "server/store/presence_store.h"

#include <utility>

#include "server/postgres/databases.h"
#include "server/store/sql.h"

namespace chatter::store {

void PresenceStore::Find(const TenantKey& tenant, const std::vector<std::string>& user_ids,
                         SteadyTime deadline, Callback<States> done) {
  postgres::RunOne(database_, {sql::kFindUserStates, tenant, postgres::Params().Texts(user_ids)},
                   deadline, postgres::kIdempotent,
                   Then(std::move(done), [](const postgres::Rows& rows, auto& answer) {
                     States states;
                     for (int row = 0; row < rows.size(); ++row) {
                       State& state = states[std::string(rows.GetText(row, 0))];
                       state.invisible = rows.GetBool(row, 1);
                       if (!rows.IsNull(row, 2)) state.last_seen_at = rows.GetTime(row, 2);
                     }
                     answer(std::move(states));
                   }));
}

void PresenceStore::SaveLastSeen(const TenantKey& tenant, const std::vector<LastSeen>& seen,
                                 SteadyTime deadline, StatusCallback done) {
  std::vector<std::string_view> user_ids;
  std::vector<absl::Time> times;
  for (const LastSeen& one : seen) {
    user_ids.emplace_back(one.user_id);
    times.push_back(one.at);
  }
  postgres::TenantDatabase::Transaction transaction;
  transaction.deadline = deadline;
  transaction.idempotent = true;
  transaction.statements.push_back({sql::kWriteBehind, postgres::Params()});
  transaction.statements.push_back(
      {sql::kSaveLastSeen, tenant, postgres::Params().Texts(user_ids).Times(times)});
  database_.For(tenant).Run(
      std::move(transaction),
      [done = std::move(done)](absl::StatusOr<postgres::Database::Results> results) mutable {
        done(std::move(results).status());
      });
}

}  // namespace chatter::store
