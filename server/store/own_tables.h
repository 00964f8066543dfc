// Chatter's own tables, held against the database: what somebody has dropped, or hasn't given the
// role, shows before a call fails for it.
//
// Blocks: never call it on a gRPC or database thread.
#ifndef CHATTER_SERVER_STORE_OWN_TABLES_H_
#define CHATTER_SERVER_STORE_OWN_TABLES_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "server/postgres/blocking_session.h"

namespace chatter::store {

// The tables and views that the migrations of this program make in the control schema, and in a
// tenant's (but for the marker, which is no migration's), each a line `TABLE: COLUMN ...`.
std::string_view ControlTables();
std::string_view TenantTables();

// That another role owns a table, and what to do.
std::string NotOwnedFault(const std::string& schema, const std::string& table,
                          std::string_view role);

// What is wrong with these in a schema, a line each that says what to do. `role`: the session's.
// Errors: what sqlstate.h makes.
absl::StatusOr<std::vector<std::string>> FindOwnFaults(postgres::BlockingSession& session,
                                                       const std::string& schema,
                                                       std::string_view tables,
                                                       std::string_view role);

}  // namespace chatter::store

#endif  // CHATTER_SERVER_STORE_OWN_TABLES_H_
