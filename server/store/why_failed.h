// What the log says of a change of schemas that has failed.
#ifndef CHATTER_SERVER_STORE_WHY_FAILED_H_
#define CHATTER_SERVER_STORE_WHY_FAILED_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "server/postgres/blocking_session.h"

namespace chatter::store {

// PostgreSQL's words, and what to do where that can be said; unless the reason is ours:
// FAILED_PRECONDITION, with words for the log.
inline std::string WhyFailed(const absl::Status& status,
                             const postgres::BlockingSession::Error& error) {
  if (absl::IsFailedPrecondition(status)) return std::string(status.message());
  const bool has_table_of_its_own = error.sqlstate == "42P07";
  return absl::StrCat(
      "sqlstate=", error.sqlstate, " message=\"", error.message, "\"",
      has_table_of_its_own
          ? " hint=\"the schema has a table of its own with a name of Chatter's: rename it\""
          : "");
}

}  // namespace chatter::store

#endif  // CHATTER_SERVER_STORE_WHY_FAILED_H_
