#include "server/store/schema_lock.h"

#include <string>

#include "absl/time/time.h"
#include "server/postgres/lock_wait.h"
#include "server/store/sql.h"

namespace chatter::store {
namespace {

constexpr absl::Duration kMaxTenantLockWait = absl::Seconds(2);
// For the tables that all tenants share.
constexpr absl::Duration kMaxControlLockWait = absl::Seconds(10);

// Waits as long as it takes for whoever migrates the same, but for others' locks no longer than
// `wait`. Held until the transaction ends.
absl::Status Lock(postgres::BlockingSession& session, const std::string& what,
                  absl::Duration wait) {
  absl::Status locked = session.Query(sql::kLockMigration, {what}).status();
  return locked.ok() ? postgres::BoundLocks(session, wait) : locked;
}

}  // namespace

absl::Status LockControlSchema(postgres::BlockingSession& session) {
  return Lock(session, "the control schema", kMaxControlLockWait);
}

absl::Status LockTenant(postgres::BlockingSession& session, const SchemaName& name) {
  return Lock(session, name.text(), kMaxTenantLockWait);
}

absl::Status BoundLocks(postgres::BlockingSession& session) {
  return postgres::BoundLocks(session, kMaxTenantLockWait);
}

}  // namespace chatter::store
