// What PostgreSQL's error codes mean to us: the one place that knows.
#ifndef CHATTER_SERVER_STORE_SQLSTATE_H_
#define CHATTER_SERVER_STORE_SQLSTATE_H_

#include <string_view>

#include "absl/status/status.h"

namespace chatter::store {

// An error for callers: codes only. Raw database text goes to the log, never in here.
// UNAVAILABLE: the server is stopping, full, read-only or not migrated yet. ABORTED: run the
// transaction again. ALREADY_EXISTS: a unique key is taken. DEADLINE_EXCEEDED: cancelled.
// INVALID_ARGUMENT: text that isn't a value of the type that is wanted. INTERNAL: all else.
absl::Status StatusFromSqlState(std::string_view sqlstate);

}  // namespace chatter::store

#endif  // CHATTER_SERVER_STORE_SQLSTATE_H_
