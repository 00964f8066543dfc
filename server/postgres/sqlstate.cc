#include "server/postgres/sqlstate.h"

#include <string>

#include "absl/strings/cord.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "server/model/errors.h"
#include "server/postgres/statement.h"

namespace chatter::postgres {
namespace {

// Payloads of a statement's error. They stay in the store: what is told to callers has others.
constexpr char kFailedStatement[] = "chatter.store/failed-statement";
constexpr char kLockTimeout[] = "chatter.store/lock-timeout";

// What only a change of a tenant's schema by somebody else explains.
bool IsBrokenSchema(std::string_view sqlstate) {
  return sqlstate == "3F000" || sqlstate == "42P01" ||  // no schema, no table
         sqlstate == "42703" || sqlstate == "42883" ||  // no column, no function
         sqlstate == "42804" || sqlstate == "42846" ||  // a column of another type
         sqlstate == "42809" ||                         // a view in a table's place
         sqlstate == "42501" ||                         // no right to it
         sqlstate.starts_with("XX");                    // damaged
}

void BlameStatement(size_t failed, absl::Status& status) {
  status.SetPayload(kFailedStatement, absl::Cord(absl::StrCat(failed)));
}

}  // namespace

absl::Status StatusFromSqlState(std::string_view sqlstate) {
  if (sqlstate == "40001" || sqlstate == "40P01" ||  // serialization failure, deadlock
      sqlstate == "23503" ||                         // what it refers to has just gone
      IsOutdatedStatement(sqlstate) || IsLostPreparedStatement(sqlstate) ||
      IsReadOnly(sqlstate)) {  // where there is a server that takes writes
    return absl::AbortedError("run the transaction again");
  }
  if (sqlstate == "23505") return absl::AlreadyExistsError("unique key taken");
  if (sqlstate == "57014") return absl::DeadlineExceededError("query cancelled");
  if (sqlstate == "22P02" || sqlstate == "22003" ||  // malformed, out of range
      sqlstate == "22021" ||                         // not in the database's encoding
      sqlstate == "22007" || sqlstate == "22008") {  // the same for times
    return absl::InvalidArgumentError("not a value of the type");
  }
  if (sqlstate.empty() ||             // libpq's own: the connection
      sqlstate.starts_with("08") ||   // connection
      sqlstate.starts_with("53") ||   // out of connections, memory, disk
      sqlstate.starts_with("57P") ||  // shutting down, starting up
      sqlstate.starts_with("58") ||   // the operating system
      sqlstate.starts_with("25") ||   // ended for idleness
      sqlstate == "55P03" ||          // lock not available
      sqlstate == "3F000" ||          // no schema, no table: not migrated yet
      sqlstate == "42P01") {
    return DatabaseUnavailableError();
  }
  return InternalError();
}

absl::Status StatementError(std::string_view sqlstate, const Statement* statement, size_t failed) {
  const bool is_tenants = statement != nullptr && statement->tenant.has_value();
  absl::Status status =
      is_tenants && IsBrokenSchema(sqlstate) ? TenantBrokenError() : StatusFromSqlState(sqlstate);
  if (statement != nullptr && absl::IsInternal(status)) {
    status = StatementDefect(sqlstate, *statement);
  }
  if (statement != nullptr) BlameStatement(failed, status);
  if (sqlstate == "55P03") status.SetPayload(kLockTimeout, absl::Cord());
  return status;
}

absl::Status StatementDefect(std::string_view sqlstate, const Statement& statement) {
  const std::string text(InternalError().message());
  return MakeError(absl::StatusCode::kInternal, v1::ERROR_REASON_INTERNAL, text,
                   {{"sqlstate", sqlstate}, {"statement", NameOf(statement)}});
}

absl::Status OtherSchemaError(size_t failed) {
  absl::Status status = SchemaChangedError();
  BlameStatement(failed, status);
  return status;
}

std::optional<size_t> FailedStatement(const absl::Status& status) {
  const auto payload = status.GetPayload(kFailedStatement);
  size_t failed = 0;
  if (!payload.has_value() || !absl::SimpleAtoi(std::string(*payload), &failed)) {
    return std::nullopt;
  }
  return failed;
}

bool IsLockTimeout(const absl::Status& status) {
  return status.GetPayload(kLockTimeout).has_value();
}

bool IsLostPreparedStatement(std::string_view sqlstate) {
  return sqlstate == "26000" || sqlstate == "42P05" || sqlstate == "08P01";
}

bool IsOutdatedStatement(std::string_view sqlstate) { return sqlstate == "0A000"; }

bool IsReadOnly(std::string_view sqlstate) { return sqlstate == "25006"; }

}  // namespace chatter::postgres
