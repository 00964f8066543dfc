#include "server/store/bounded_search.h"

#include <utility>

#include "server/model/errors.h"
#include "server/store/sql.h"

namespace chatter::store {
namespace {

absl::Status TooBroadError() {
  return MakeError(
      absl::StatusCode::kResourceExhausted, v1::ERROR_REASON_SEARCH_TOO_BROAD,
      "The search took too long. Ask for more, or rarer, words; for messages, in one room.");
}

}  // namespace

postgres::TenantDatabase::Transaction BoundedSearch(SteadyTime deadline) {
  postgres::TenantDatabase::Transaction search;
  search.deadline = deadline;
  search.idempotent = true;
  search.lane = postgres::Lane::kSearch;
  search.statements.push_back({sql::kBoundSearch, postgres::Params()});
  return search;
}

void RunBoundedSearch(postgres::TenantDatabases& database, const TenantKey& tenant,
                      postgres::TenantDatabase::Transaction search,
                      Callback<postgres::Database::Results> done) {
  const SteadyTime deadline = search.deadline;
  database.For(tenant).Run(
      std::move(search), [deadline, done = std::move(done)](
                             absl::StatusOr<postgres::Database::Results> results) mutable {
        // PostgreSQL's own bound has ended it, not the caller's patience.
        const bool too_broad =
            absl::IsDeadlineExceeded(results.status()) && SteadyTime::Now() < deadline;
        if (too_broad) return done(TooBroadError());
        if (results.ok()) results->erase(results->begin());
        done(std::move(results));
      });
}

}  // namespace chatter::store
