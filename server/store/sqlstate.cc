#include "server/store/sqlstate.h"

#include "server/model/errors.h"

namespace chatter::store {

absl::Status StatusFromSqlState(std::string_view sqlstate) {
  if (sqlstate == "40001" || sqlstate == "40P01" ||  // serialization failure, deadlock
      sqlstate == "26000" || sqlstate == "0A000") {  // prepared statement unknown, or outdated
    return absl::AbortedError("run the transaction again");
  }
  if (sqlstate == "23505") return absl::AlreadyExistsError("unique key taken");
  if (sqlstate == "57014") return absl::DeadlineExceededError("query cancelled");
  if (sqlstate == "22P02" || sqlstate == "22003" ||  // malformed, out of range
      sqlstate == "22021" ||                         // not in the database's encoding
      sqlstate == "22007" || sqlstate == "22008") {  // the same for times
    return absl::InvalidArgumentError("not a value of the type");
  }
  if (sqlstate.starts_with("08") ||   // connection
      sqlstate.starts_with("53") ||   // out of connections, memory, disk
      sqlstate.starts_with("57P") ||  // shutting down, starting up
      sqlstate == "25006" ||          // read-only: a standby
      sqlstate == "3F000" ||          // no schema, no table: not migrated yet
      sqlstate == "42P01") {
    return DatabaseUnavailableError();
  }
  return InternalError();
}

}  // namespace chatter::store
