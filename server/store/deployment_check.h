// Whether a database is as Chatter and its settings need it: what `chatterd check` says.
//
// Blocks. Changes nothing.
#ifndef CHATTER_SERVER_STORE_DEPLOYMENT_CHECK_H_
#define CHATTER_SERVER_STORE_DEPLOYMENT_CHECK_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/model/ids.h"
#include "server/postgres/blocking_session.h"
#include "server/store/application_tables.h"

namespace chatter::store {

struct CheckedDeployment {
  std::string server;               // "PostgreSQL 15.8, as the role chatter"
  size_t tenants = 0;               // that were looked at
  std::vector<std::string> faults;  // a line each
};

// `tenant_table`: the application's, or nullopt: Chatter's own. `single_schema`: of the one tenant
// that is served.
// Errors: what sqlstate.h makes.
absl::StatusOr<CheckedDeployment> CheckDeployment(postgres::BlockingSession& session,
                                                  const ApplicationColumns& columns,
                                                  const std::optional<TableName>& tenant_table,
                                                  const std::optional<SchemaName>& single_schema);

}  // namespace chatter::store

#endif  // CHATTER_SERVER_STORE_DEPLOYMENT_CHECK_H_
