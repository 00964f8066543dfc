// Makes schemas and brings them to the version that this program works with.
//
// Migrations are numbered and go forward only; a schema's version is the number of the last one. A
// tenant goes from its version to this program's in one transaction, so that it is never found half
// done, whatever ends the program. Thread-safe: an advisory lock for the control schema and one for
// each tenant keeps parallel migrators, on any node, in line.
// Blocks: never call it on a gRPC or database thread.
#ifndef CHATTER_SERVER_STORE_MIGRATOR_H_
#define CHATTER_SERVER_STORE_MIGRATOR_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "server/model/model.h"
#include "server/postgres/blocking_session.h"
#include "server/store/application_tables.h"
#include "server/store/session_source.h"
#include "server/store/tenant_adoption.h"
#include "server/store/user_view.h"

namespace chatter::store {

struct MigratorOptions {
  std::string database_url;
  // What every tenant's view of its users reads; nullopt: Chatter's own table.
  std::optional<UserSource> user_source = std::nullopt;
  // What is read of the application's tables; what is wrong with them goes to the log.
  ApplicationColumns application_columns = {};
  // Others in tests only. Their texts must live as long as the migrator.
  absl::Span<const std::string_view> tenant_migrations = TenantMigrations();

  static absl::Span<const std::string_view> TenantMigrations();
};

class Migrator {
 public:
  explicit Migrator(MigratorOptions options);

  // Whether a tenant can be served as it is.
  enum class Readiness {
    // Its schema is known and has this program's version, or the next one's: migrations only add
    // what the release before them can live with.
    kReady,
    kLagging,  // MigrateTenant makes it ready
    kTooNew,   // two versions ahead or more: a newer program is needed
  };
  Readiness ReadinessOf(const Tenant& tenant) const;

  // Errors of all below: UNAVAILABLE (DATABASE_UNAVAILABLE), and INTERNAL for whatever PostgreSQL
  // doesn't like; the log has its words.

  // Brings the control schema up to date; returns how many migrations that took.
  absl::StatusOr<int> MigrateControl() const;

  // FAILED_PRECONDITION, with a message for the operator: a table of the application's that all
  // tenants share isn't what the settings say.
  absl::Status CheckSharedTables() const;

  // Brings a tenant up to date, if it lags, and finds out what its schema is, if that isn't known
  // (AdoptSchema). One with schema_version 0 that the control schema doesn't know was found in the
  // application's own tables: it is attached.
  absl::Status MigrateTenant(const Tenant& tenant) const;

  // The tenants that lag, ascending: their names only.
  absl::StatusOr<std::vector<SchemaName>> FindLagging() const;

  // What follows is for those who change tenants' schemas themselves.

  absl::StatusOr<postgres::BlockingSession> OpenSession() const { return sessions_.Open(); }
  // Ends what runs in all sessions, and whatever is begun from now on: the program is about to end.
  void Stop() const { sessions_.Stop(); }
  // The same as MigrateTenant above with a session of the caller's, and nothing is logged.
  // Errors: NOT_FOUND: there is no such tenant, nor a schema to attach; what sqlstate.h makes.
  absl::Status MigrateTenant(postgres::BlockingSession& session, const Tenant& tenant) const;

  // Says in the log what isn't right of the application's tables in a tenant's schema: for whoever
  // has just begun to serve it.
  void ReportFaults(postgres::BlockingSession& session, const SchemaName& name) const;

  // Inside a transaction of the caller's that holds the tenant's lock: all migrations of a schema
  // without any, the view, and what tells that the schema is the tenant's, whose row is there.
  absl::Status PrepareNew(postgres::BlockingSession& session, const SchemaName& name) const;
  // Inside the same: what MigrateTenant does. Returns what the schema was, as it was found.
  // Errors: AdoptSchema's.
  absl::StatusOr<Adoption> BringUp(postgres::BlockingSession& session, const Tenant& tenant) const;
  int tenant_version() const { return static_cast<int>(options_.tenant_migrations.size()); }
  // What a tenant's `user_source` is when it is up to date.
  const std::string& user_source() const { return user_source_; }

 private:
  absl::Status Apply(postgres::BlockingSession& session, const SchemaName& name, int version) const;

  const MigratorOptions options_;
  const std::string user_source_;
  const SessionSource sessions_;
};

}  // namespace chatter::store

#endif  // CHATTER_SERVER_STORE_MIGRATOR_H_
