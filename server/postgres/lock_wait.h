// How long the statements of a transaction may wait for a lock that somebody else holds.
//
// Whoever locks a tenant's table or row for long would else hold up all who share the connection.
// It holds for one transaction, so that no session state is left behind a pooler.
#ifndef CHATTER_SERVER_POSTGRES_LOCK_WAIT_H_
#define CHATTER_SERVER_POSTGRES_LOCK_WAIT_H_

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "server/postgres/blocking_session.h"
#include "server/postgres/databases.h"
#include "server/postgres/statement.h"

namespace chatter::postgres {

// What bound_locks.sql and fix_plans.sql want.
Params LockWaitParams(absl::Duration wait);

// To be put before the statements that may have to wait. Then they fail with a status that
// IsLockTimeout knows.
TenantStatement BoundLocks(absl::Duration wait);
// The same at once. REQUIRES: the session is in a transaction.
absl::Status BoundLocks(BlockingSession& session, absl::Duration wait);

}  // namespace chatter::postgres

#endif  // CHATTER_SERVER_POSTGRES_LOCK_WAIT_H_
