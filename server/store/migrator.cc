#include "server/store/migrator.h"

#include <iterator>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "server/model/errors.h"
#include "server/store/control_migrations.h"
#include "server/store/sql.h"
#include "server/store/statement.h"
#include "server/store/tenant_migrations.h"
#include "spdlog/spdlog.h"

namespace chatter::store {
namespace {

constexpr int kControlVersion = static_cast<int>(std::size(control::kMigrations));

// The control schema's bookkeeping, which has to be there before its first migration.
constexpr char kPrepareControl[] =
    "CREATE SCHEMA IF NOT EXISTS chatter;"
    "CREATE TABLE IF NOT EXISTS chatter.migration ("
    "  version integer PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())";

// A migration that waits for a table makes all who come after it wait as well: rather than for
// long, it fails and is tried again.
constexpr char kBoundLockWaits[] =
    "SELECT set_config('lock_timeout', '10s', true)";  // true: of this transaction only

// Held until the transaction ends.
absl::Status Lock(BlockingSession& session, const std::string& what) {
  const absl::Status locked = session
                                  .Query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))",
                                         {"chatter migration of " + what})
                                  .status();
  return locked.ok() ? session.Execute(kBoundLockWaits) : locked;
}

int ToInt(const std::optional<std::string>& text) {
  int number = 0;
  if (!absl::SimpleAtoi(text.value_or(""), &number)) std::abort();  // PostgreSQL says an integer
  return number;
}

// One migration, in a transaction of its own. Returns whether there was one to do.
absl::StatusOr<bool> MigrateControlOnce(BlockingSession& session) {
  bool applied = false;
  const absl::Status status = session.InTransaction([&]() -> absl::Status {
    if (absl::Status locked = Lock(session, "the control schema"); !locked.ok()) return locked;
    const auto rows = session.Query("SELECT coalesce(max(version), 0) FROM chatter.migration");
    if (!rows.ok()) return rows.status();
    const int version = ToInt((*rows)[0][0]);
    if (version >= kControlVersion) return absl::OkStatus();
    applied = true;
    if (absl::Status done = session.Execute(control::kMigrations[version]); !done.ok()) return done;
    return session
        .Query("INSERT INTO chatter.migration (version) VALUES ($1::integer)",
               {absl::StrCat(version + 1)})
        .status();
  });
  if (!status.ok()) return status;
  return applied;
}

// Records a tenant that was found in the application's tables, if its schema is there.
absl::Status RecordAttached(BlockingSession& session, const Tenant& tenant) {
  const auto rows = session.Query(
      "INSERT INTO chatter.tenant (schema_name, display_name, schema_version, attached) "
      "SELECT $1, $2, 0, true WHERE to_regnamespace(quote_ident($1)) IS NOT NULL "
      "RETURNING schema_name",
      {tenant.schema_name.text(), tenant.display_name});
  if (!rows.ok()) return rows.status();
  if (rows->empty()) return absl::NotFoundError("no such tenant, nor a schema to attach");
  return absl::OkStatus();
}

// Whether the error says all there is to say, to whoever called.
bool IsForCallers(const absl::Status& status) {
  const v1::ErrorReason reason = ReasonOf(status);
  return reason != v1::ERROR_REASON_UNSPECIFIED && reason != v1::ERROR_REASON_INTERNAL &&
         reason != v1::ERROR_REASON_DATABASE_UNAVAILABLE;
}

}  // namespace

absl::Span<const std::string_view> MigratorOptions::TenantMigrations() {
  return tenant::kMigrations;
}

Migrator::Migrator(MigratorOptions options)
    : options_(std::move(options)),
      user_source_(UserSourceFingerprint(options_.user_source)),
      sessions_(options_.database_url) {}

Migrator::Readiness Migrator::ReadinessOf(const Tenant& tenant) const {
  if (tenant.schema_version < tenant_version()) return Readiness::kLagging;
  if (tenant.schema_version > tenant_version() + 1) return Readiness::kTooNew;
  // The view of a tenant that a newer program has prepared is that program's business.
  const bool other_view =
      tenant.schema_version == tenant_version() && tenant.user_source != user_source();
  return other_view ? Readiness::kLagging : Readiness::kReady;
}

absl::StatusOr<int> Migrator::MigrateControl() const {
  int count = 0;
  const absl::Status status =
      Run("the migration of the control schema", [&](BlockingSession& session) -> absl::Status {
        absl::Status prepared = session.InTransaction([&] {
          const absl::Status locked = Lock(session, "the control schema");
          return locked.ok() ? session.Execute(kPrepareControl) : locked;
        });
        if (!prepared.ok()) return prepared;
        while (true) {
          const auto applied = MigrateControlOnce(session);
          if (!applied.ok()) return applied.status();
          if (!*applied) return absl::OkStatus();
          ++count;
        }
      });
  if (!status.ok()) return status;
  return count;
}

absl::Status Migrator::MigrateTenant(const Tenant& tenant) const {
  return Run("the migration of tenant " + tenant.schema_name.text(),
             [&](BlockingSession& session) { return MigrateTenant(session, tenant); });
}

absl::Status Migrator::MigrateTenant(BlockingSession& session, const Tenant& tenant) const {
  const SchemaName& name = tenant.schema_name;
  return session.InTransaction([&]() -> absl::Status {
    if (absl::Status locked = LockTenant(session, name); !locked.ok()) return locked;
    const auto rows = session.Query(
        "SELECT schema_version, user_source FROM chatter.tenant WHERE schema_name = $1",
        {name.text()});
    if (!rows.ok()) return rows.status();
    Tenant stored{.schema_name = name, .display_name = {}, .domains = {}, .created_at = {}};
    if (!rows->empty()) {
      stored.schema_version = ToInt((*rows)[0][0]);
      stored.user_source = (*rows)[0][1].value_or("");
    } else if (tenant.schema_version > 0) {
      return absl::NotFoundError("no such tenant");  // purged meanwhile
    } else if (absl::Status recorded = RecordAttached(session, tenant); !recorded.ok()) {
      return recorded;
    }
    if (ReadinessOf(stored) != Readiness::kLagging) return absl::OkStatus();
    if (absl::Status done = Apply(session, name, stored.schema_version); !done.ok()) return done;
    if (stored.user_source != user_source()) {
      if (absl::Status made = session.Execute(RenderUserView(name, options_.user_source));
          !made.ok())
        return made;
    }
    return session
        .Query(
            "UPDATE chatter.tenant SET schema_version = $2::integer, user_source = $3 "
            "WHERE schema_name = $1",
            {name.text(), absl::StrCat(tenant_version()), user_source()})
        .status();
  });
}

absl::StatusOr<std::vector<SchemaName>> Migrator::FindLagging() const {
  std::vector<SchemaName> names;
  const absl::Status status =
      Run("the search for tenants to migrate", [&](BlockingSession& session) -> absl::Status {
        const auto rows = session.Query(std::string(sql::kFindLaggingTenants),
                                        {absl::StrCat(tenant_version()), user_source()});
        if (!rows.ok()) return rows.status();
        for (const BlockingSession::Row& row : *rows) {
          const auto name = SchemaName::Parse(row[0].value_or(""));
          if (name.has_value()) names.push_back(*name);  // else not one that we would have written
        }
        return absl::OkStatus();
      });
  if (!status.ok()) return status;
  return names;
}

absl::Status Migrator::PrepareNew(BlockingSession& session, const SchemaName& name) const {
  if (absl::Status done = Apply(session, name, 0); !done.ok()) return done;
  return user_source().empty() ? absl::OkStatus()
                               : session.Execute(RenderUserView(name, options_.user_source));
}

absl::Status Migrator::Apply(BlockingSession& session, const SchemaName& name, int version) const {
  for (const std::string_view migration :
       options_.tenant_migrations.subspan(static_cast<size_t>(version))) {
    if (absl::Status done = session.Execute(RenderSql(migration, name)); !done.ok()) return done;
  }
  return absl::OkStatus();
}

absl::Status Migrator::LockTenant(BlockingSession& session, const SchemaName& name) {
  return Lock(session, name.text());
}

absl::Status Migrator::Run(std::string_view what,
                           absl::FunctionRef<absl::Status(BlockingSession&)> work) const {
  auto session = sessions_.Take();
  const bool was_connected = connected_.exchange(session.ok());
  if (!session.ok()) {
    if (was_connected) {
      spdlog::warn("{} waits: no connection: {}", what, std::string(session.status().message()));
    }
    return DatabaseUnavailableError();
  }
  absl::Status status = work(*session);
  const BlockingSession::Error error = session->last_error();
  sessions_.GiveBack(*std::move(session));
  if (status.ok() || IsForCallers(status)) return status;
  spdlog::error("{} failed: {}: sqlstate={} message=\"{}\"", what,
                absl::StatusCodeToString(status.code()), error.sqlstate, error.message);
  return absl::IsUnavailable(status) ? status : InternalError();
}

}  // namespace chatter::store
