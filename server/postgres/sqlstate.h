// What PostgreSQL's error codes mean to us: the one place that knows.
#ifndef CHATTER_SERVER_POSTGRES_SQLSTATE_H_
#define CHATTER_SERVER_POSTGRES_SQLSTATE_H_

#include <cstddef>
#include <optional>
#include <string_view>

#include "absl/status/status.h"

namespace chatter::postgres {

struct Statement;

// An error for callers: codes only. Raw database text goes to the log, never in here.
// UNAVAILABLE: the server is stopping, full, read-only, not migrated yet, or keeps a lock for too
// long. ABORTED: run the transaction again. ALREADY_EXISTS: a unique key is taken.
// DEADLINE_EXCEEDED: cancelled. INVALID_ARGUMENT: text that isn't a value of the type that is
// wanted. INTERNAL: all else.
absl::Status StatusFromSqlState(std::string_view sqlstate);

// The same for the failure of one statement of a transaction, the one with number `failed`. What is
// wrong with a tenant's own tables is UNAVAILABLE (TENANT_BROKEN). `statement` may be null; else
// INTERNAL is StatementDefect.
absl::Status StatementError(std::string_view sqlstate, const Statement* statement, size_t failed);

// INTERNAL, with `statement`, its name, and `sqlstate` in the metadata of its ErrorInfo: the access
// log writes them under the call's request id, and the line of the error log that says more has
// them, too.
absl::Status StatementDefect(std::string_view sqlstate, const Statement& statement);

// The tenant to which the statement with number `failed` belongs has another schema than was meant:
// SchemaChangedError.
absl::Status OtherSchemaError(size_t failed);

// Which statement of the transaction failed. nullopt: it isn't the fault of one.
std::optional<size_t> FailedStatement(const absl::Status& status);
// A statement waited too long for a lock that somebody else holds.
bool IsLockTimeout(const absl::Status& status);

// What was prepared isn't there, or is there already: another backend answers than before.
bool IsLostPreparedStatement(std::string_view sqlstate);
// What was prepared no longer fits the tables.
bool IsOutdatedStatement(std::string_view sqlstate);
// The server takes no writes: a standby, or told so.
bool IsReadOnly(std::string_view sqlstate);

}  // namespace chatter::postgres

#endif  // CHATTER_SERVER_POSTGRES_SQLSTATE_H_
