#include "server/store/tenant_restoring.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "server/postgres/blocking_session.h"
#include "server/postgres/statement.h"
#include "server/store/schema_lock.h"
#include "server/store/sql.h"

namespace chatter::store {
namespace {

// REQUIRES: the tenant's lock is held.
absl::Status MarkRestoredIn(postgres::BlockingSession& session, const SchemaName& name) {
  const auto tenant = session.Query(sql::kReadTenantRecord, {name.text()});
  if (!tenant.ok()) return tenant.status();
  const bool has_marker = !tenant->empty() && tenant->front()[4].has_value();
  if (!has_marker) {
    return absl::FailedPreconditionError("Chatter knows of no tenant of that name with a marker");
  }
  const std::string incarnation = tenant->front()[3].value_or("");
  const auto schema = session.Query(sql::kLookAtSchema, {name.text()});
  if (!schema.ok()) return schema.status();
  const std::string version = schema->empty() ? "0" : schema->front()[2].value_or("0");
  if (version == "0") {
    return absl::FailedPreconditionError("there is no schema of that name with Chatter's tables");
  }
  if (schema->front()[0].has_value()) {
    return absl::FailedPreconditionError("the schema's own marker tells which tenant it is");
  }
  const auto elsewhere = session.Query(sql::kFindMarker, {*tenant->front()[4]});
  if (!elsewhere.ok()) return elsewhere.status();
  if (!elsewhere->empty()) {
    return absl::FailedPreconditionError("the tenant's schema is there, under another name: " +
                                         elsewhere->front()[0].value_or(""));
  }
  absl::Status made = session.Execute(postgres::RenderSql(sql::kMakeMarker, name));
  if (!made.ok()) return made;
  return session
      .Query(postgres::RenderSql(sql::kGiveMarker, name), {incarnation, name.text(), version})
      .status();
}

}  // namespace

absl::Status MarkRestored(const SessionSource& sessions, const SchemaName& name) {
  return sessions.Run("the adoption of what was restored as tenant " + name.text(),
                      [&](postgres::BlockingSession& session) {
                        return session.InTransaction([&] {
                          absl::Status locked = LockTenant(session, name);
                          return locked.ok() ? MarkRestoredIn(session, name) : locked;
                        });
                      });
}

}  // namespace chatter::store
