// The locks that whoever changes schemas holds, for one transaction each.
//
// Advisory: they keep migrators, makers and purgers on all nodes in line, and nobody else.
// REQUIRES, of all: the session is in a transaction.
#ifndef CHATTER_SERVER_STORE_SCHEMA_LOCK_H_
#define CHATTER_SERVER_STORE_SCHEMA_LOCK_H_

#include "absl/status/status.h"
#include "server/model/ids.h"
#include "server/postgres/blocking_session.h"

namespace chatter::store {

// To migrate the control schema.
absl::Status LockControlSchema(postgres::BlockingSession& session);

// To change the tenant's schema. Bounds how long the transaction waits for others (BoundLocks).
absl::Status LockTenant(postgres::BlockingSession& session, const SchemaName& name);

// What waits for a lock on a tenant's table for longer than two seconds makes the transaction fail:
// it keeps other tenants' work waiting, and whoever else wants that table.
absl::Status BoundLocks(postgres::BlockingSession& session);

}  // namespace chatter::store

#endif  // CHATTER_SERVER_STORE_SCHEMA_LOCK_H_
