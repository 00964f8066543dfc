#include "server/store/epoch_store.h"

#include <utility>

#include "server/model/errors.h"
#include "server/postgres/databases.h"
#include "server/store/sql.h"

namespace chatter::store {

postgres::TenantStatement FindEpochStatement(const TenantKey& tenant) {
  return {sql::kFindEpoch, tenant, {}, sql::kFindEpochByMark};
}

FoundEpoch ReadEpoch(const postgres::Rows& rows) {
  if (rows.size() == 0) return {};
  return {.mark = std::string(rows.GetText(0, 0)),
          .epoch = rows.GetTextOrEmpty(0, 1),
          .standby = rows.IsNull(0, 1)};
}

void EpochStore::Begin(const TenantKey& tenant, const std::string& mark, SteadyTime deadline,
                       Callback<Epoch> done) {
  postgres::TenantDatabase::Transaction transaction;
  transaction.deadline = deadline;
  // Once more is once too often at most: those who have just been told must look again.
  transaction.idempotent = true;
  transaction.statements.push_back({sql::kBeginEpoch, tenant, postgres::Params().Text(mark)});
  transaction.statements.push_back(FindEpochStatement(tenant));
  database_.For(tenant).Run(
      std::move(transaction),
      Then(std::move(done), [](const postgres::Database::Results& results, auto& answer) {
        if (results.back().size() == 0) return answer(TenantBrokenError());
        answer(ReadEpoch(results.back()).epoch);
      }));
}

}  // namespace chatter::store
