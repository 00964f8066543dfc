#include "server/store/migrator.h"

#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "server/base/log_text.h"
#include "server/model/errors.h"
#include "server/postgres/statement.h"
#include "server/store/control_migrations.h"
#include "server/store/schema_lock.h"
#include "server/store/sql.h"
#include "server/store/tenant_migrations.h"
#include "spdlog/spdlog.h"

namespace chatter::store {
namespace {

constexpr int kControlVersion = static_cast<int>(std::size(control::kMigrations));

// One migration, in a transaction of its own. Returns whether there was one to do.
absl::StatusOr<bool> MigrateControlOnce(postgres::BlockingSession& session) {
  bool applied = false;
  const absl::Status status = session.InTransaction([&]() -> absl::Status {
    if (absl::Status locked = LockControlSchema(session); !locked.ok()) return locked;
    const auto rows = session.Query(sql::kFindControlVersion);
    if (!rows.ok()) return rows.status();
    const auto version = postgres::BlockingSession::ToInt((*rows)[0][0]);
    if (!version.ok()) return version.status();
    if (*version >= kControlVersion) return absl::OkStatus();
    applied = true;
    if (absl::Status done = session.Execute(control::kMigrations[*version]); !done.ok()) {
      return done;
    }
    return session.Query(sql::kRecordControlMigration, {absl::StrCat(*version + 1)}).status();
  });
  if (!status.ok()) return status;
  return applied;
}

}  // namespace

absl::Span<const std::string_view> MigratorOptions::TenantMigrations() {
  return tenant::kMigrations;
}

Migrator::Migrator(MigratorOptions options)
    : options_(std::move(options)),
      user_source_(UserSourceFingerprint(options_.user_source)),
      sessions_(options_.database_url, "chatterd migrations") {}

Migrator::Readiness Migrator::ReadinessOf(const Tenant& tenant) const {
  if (tenant.schema_version < tenant_version()) return Readiness::kLagging;
  if (tenant.schema_version > tenant_version() + 1) return Readiness::kTooNew;
  if (!tenant.schema_is_known) return Readiness::kLagging;
  // The view of a tenant that a newer program has prepared is that program's business.
  const bool other_view =
      tenant.schema_version == tenant_version() && tenant.user_source != user_source();
  return other_view ? Readiness::kLagging : Readiness::kReady;
}

absl::StatusOr<int> Migrator::MigrateControl() const {
  int count = 0;
  const absl::Status status =
      sessions_.Run("the migration of the control schema",
                    [&](postgres::BlockingSession& session) -> absl::Status {
                      absl::Status prepared = session.InTransaction([&] {
                        const absl::Status locked = LockControlSchema(session);
                        return locked.ok() ? session.Execute(sql::kPrepareControl) : locked;
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

absl::Status Migrator::CheckSharedTables() const {
  std::vector<std::string> faults;
  absl::Status looked = sessions_.Run("the check of the application's tables",
                                      [&](postgres::BlockingSession& session) -> absl::Status {
                                        auto found =
                                            FindFaults(session, options_.application_columns,
                                                       /*tenant=*/std::nullopt);
                                        if (!found.ok()) return found.status();
                                        faults = *std::move(found);
                                        return absl::OkStatus();
                                      });
  if (!looked.ok() || faults.empty()) return looked;
  return absl::FailedPreconditionError(absl::StrJoin(faults, "; "));
}

void Migrator::ReportFaults(postgres::BlockingSession& session, const SchemaName& name) const {
  const auto faults = FindFaults(session, options_.application_columns, name);
  if (!faults.ok()) return;  // nothing that keeps the tenant from being served
  for (const std::string& fault : *faults) {
    spdlog::warn("a setting doesn't fit: tenant={} {}", LogField(name.text()), fault);
  }
}

absl::Status Migrator::MigrateTenant(const Tenant& tenant) const {
  return sessions_.Run(
      "the migration of tenant " + tenant.schema_name.text(),
      [&](postgres::BlockingSession& session) { return MigrateTenant(session, tenant); });
}

absl::Status Migrator::MigrateTenant(postgres::BlockingSession& session,
                                     const Tenant& tenant) const {
  const SchemaName& name = tenant.schema_name;
  std::string_view what;
  absl::Status migrated = session.InTransaction([&]() -> absl::Status {
    if (absl::Status locked = LockTenant(session, name); !locked.ok()) return locked;
    const auto adoption = BringUp(session, tenant);
    if (!adoption.ok()) return adoption.status();
    what = adoption->what;
    return absl::OkStatus();
  });
  if (migrated.ok() && !what.empty()) {
    spdlog::info("a schema that wasn't known: tenant={} it was {}", LogField(name.text()), what);
  }
  if (migrated.ok()) ReportFaults(session, name);
  return migrated;
}

absl::StatusOr<Adoption> Migrator::BringUp(postgres::BlockingSession& session,
                                           const Tenant& tenant) const {
  const SchemaName& name = tenant.schema_name;
  const auto adoption = AdoptSchema(session, tenant, tenant_version());
  if (!adoption.ok()) return adoption.status();
  const Tenant found{.schema_name = name,
                     .display_name = {},
                     .domains = {},
                     .created_at = {},
                     .schema_version = adoption->version,
                     .user_source = adoption->user_source,
                     .schema_is_known = adoption->is_recorded};
  if (ReadinessOf(found) != Readiness::kLagging) return *adoption;
  Adoption now = *adoption;
  // What a newer program has brought further is only written down.
  if (now.version <= tenant_version()) {
    if (absl::Status done = Apply(session, name, now.version); !done.ok()) return done;
    if (now.user_source != user_source()) {
      absl::Status made = session.Execute(RenderUserView(name, options_.user_source));
      if (!made.ok()) return made;
    }
    now.version = tenant_version();
    now.user_source = user_source();
  }
  if (absl::Status recorded = RecordSchema(session, name, now); !recorded.ok()) return recorded;
  return *adoption;
}

absl::StatusOr<std::vector<SchemaName>> Migrator::FindLagging() const {
  std::vector<SchemaName> names;
  const absl::Status status = sessions_.Run(
      "the search for tenants to migrate", [&](postgres::BlockingSession& session) -> absl::Status {
        const auto rows = session.Query(sql::kFindLaggingTenants,
                                        {absl::StrCat(tenant_version()), user_source()});
        if (!rows.ok()) return rows.status();
        for (const postgres::BlockingSession::Row& row : *rows) {
          const auto name = SchemaName::Parse(row[0].value_or(""));
          if (name.has_value()) names.push_back(*name);  // else not one that we would have written
        }
        return absl::OkStatus();
      });
  if (!status.ok()) return status;
  return names;
}

absl::Status Migrator::PrepareNew(postgres::BlockingSession& session,
                                  const SchemaName& name) const {
  if (absl::Status done = Apply(session, name, 0); !done.ok()) return done;
  if (!user_source().empty()) {
    absl::Status made = session.Execute(RenderUserView(name, options_.user_source));
    if (!made.ok()) return made;
  }
  return RecordSchema(session, name,
                      {.version = tenant_version(), .user_source = user_source(), .is_new = true});
}

absl::Status Migrator::Apply(postgres::BlockingSession& session, const SchemaName& name,
                             int version) const {
  session.SetBound(absl::InfiniteDuration());  // a large table may take any time
  for (const std::string_view migration :
       options_.tenant_migrations.subspan(static_cast<size_t>(version))) {
    if (absl::Status done = session.Execute(postgres::RenderSql(migration, name)); !done.ok())
      return done;
  }
  return absl::OkStatus();
}

}  // namespace chatter::store
