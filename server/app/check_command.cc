#include "server/app/check_command.h"

#include <string>

#include "server/middleware/identity_backend.h"
#include "server/postgres/blocking_session.h"
#include "server/store/deployment_check.h"

namespace chatter::app {

bool RunCheck(const config::Config& config, std::ostream& out) {
  auto session = postgres::BlockingSession::Open(config.database_url);
  if (!session.ok()) {
    out << "database-url: no connection: " << session.status().message() << '\n';
    return false;
  }
  const auto checked = store::CheckDeployment(*session, middleware::ApplicationColumnsOf(config),
                                              config.django_tenant_table, config.single_schema);
  if (!checked.ok()) {
    const postgres::BlockingSession::Error& error = session->last_error();
    out << "database-url: PostgreSQL refuses: " << error.message << " (SQLSTATE " << error.sqlstate
        << ")\n";
    return false;
  }
  for (const std::string& fault : checked->faults) out << fault << '\n';
  out << checked->server << ": " << checked->tenants << " tenants, " << checked->faults.size()
      << " faults\n";
  return checked->faults.empty();
}

}  // namespace chatter::app
