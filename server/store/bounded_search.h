// What looks through much of a tenant at once, and so has connections and a bound of its own.
//
// Thread-safe. The database must outlive the call. Callbacks run on the database's thread.
#ifndef CHATTER_SERVER_STORE_BOUNDED_SEARCH_H_
#define CHATTER_SERVER_STORE_BOUNDED_SEARCH_H_

#include "common/steady_time.h"
#include "server/base/callback.h"
#include "server/model/ids.h"
#include "server/postgres/databases.h"

namespace chatter::store {

// A transaction whose statements, which the caller adds, take 5 seconds and one processor at the
// most, each. They only read.
postgres::TenantDatabase::Transaction BoundedSearch(SteadyTime deadline);

// The results are those of the statements that were added.
// Errors: RESOURCE_EXHAUSTED (SEARCH_TOO_BROAD).
void RunBoundedSearch(postgres::TenantDatabases& database, const TenantKey& tenant,
                      postgres::TenantDatabase::Transaction search,
                      Callback<postgres::Database::Results> done);

}  // namespace chatter::store

#endif  // CHATTER_SERVER_STORE_BOUNDED_SEARCH_H_
