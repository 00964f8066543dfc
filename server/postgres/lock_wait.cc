#include "server/postgres/lock_wait.h"

#include <string>

#include "server/postgres/sql.h"

namespace chatter::postgres {
namespace {

std::string MillisecondsOf(absl::Duration wait) {
  return std::to_string(absl::ToInt64Milliseconds(wait));
}

}  // namespace

Params LockWaitParams(absl::Duration wait) { return Params().Text(MillisecondsOf(wait)); }

TenantStatement BoundLocks(absl::Duration wait) { return {sql::kBoundLocks, LockWaitParams(wait)}; }

absl::Status BoundLocks(BlockingSession& session, absl::Duration wait) {
  return session.Query(sql::kBoundLocks, {MillisecondsOf(wait)}).status();
}

}  // namespace chatter::postgres
