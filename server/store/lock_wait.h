// How long the statements of a transaction may wait for a lock that somebody else holds.
//
// Whoever locks a tenant's table or row for long would else hold up all who share the connection.
// It holds for one transaction, so that no session state is left behind a pooler.
#ifndef CHATTER_SERVER_STORE_LOCK_WAIT_H_
#define CHATTER_SERVER_STORE_LOCK_WAIT_H_

#include <string>

#include "absl/time/time.h"
#include "server/store/sql.h"
#include "server/store/statement.h"

namespace chatter::store {

// What bound_locks.sql and fix_plans.sql want.
inline Params LockWaitParams(absl::Duration wait) {
  return Params().Text(std::to_string(absl::ToInt64Milliseconds(wait)));
}

// To be put before the statements that may have to wait. Then they fail with a status that
// IsLockTimeout knows.
inline Statement BoundLocks(absl::Duration wait) {
  return {sql::kBoundLocks, std::nullopt, LockWaitParams(wait)};
}

}  // namespace chatter::store

#endif  // CHATTER_SERVER_STORE_LOCK_WAIT_H_
