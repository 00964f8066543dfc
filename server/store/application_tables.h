// What the settings say of the application's tables, held against the database: a table or column
// that isn't there, isn't of the right type, or mayn't be read shows before anybody is turned away.
//
// Blocks: never call it on a gRPC or database thread.
#ifndef CHATTER_SERVER_STORE_APPLICATION_TABLES_H_
#define CHATTER_SERVER_STORE_APPLICATION_TABLES_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "server/model/ids.h"
#include "server/postgres/blocking_session.h"

namespace chatter::store {

// A column that is read, and the settings that name its table and itself.
struct ApplicationColumn {
  std::string_view table_setting;
  std::string_view column_setting = {};  // empty: Django names it
  TableName table;
  SqlIdentifier column;
  std::string_view type = {};  // as PostgreSQL writes it; empty: any
};
using ApplicationColumns = std::vector<ApplicationColumn>;

// What is wrong with them, a line each that names the setting: `user-name-column: the table
// acme.auth_user has no column "usernme"; it has id, username`. Of a table that isn't there only
// the first column tells. With a tenant: of the tables in its schema; without: of those that all
// tenants share.
// Errors: what sqlstate.h makes.
absl::StatusOr<std::vector<std::string>> FindFaults(postgres::BlockingSession& session,
                                                    const ApplicationColumns& columns,
                                                    const std::optional<SchemaName>& tenant);

}  // namespace chatter::store

#endif  // CHATTER_SERVER_STORE_APPLICATION_TABLES_H_
