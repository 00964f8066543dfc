#include "server/store/migrator.h"

#include <libpq-fe.h>

#include <iterator>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "server/model/errors.h"
#include "server/store/control_migrations.h"
#include "server/store/sqlstate.h"
#include "server/store/statement.h"
#include "server/store/tenant_migrations.h"
#include "spdlog/spdlog.h"

namespace chatter::store {
namespace {

constexpr int kControlVersion = static_cast<int>(std::size(control::kMigrations));
constexpr int kTenantVersion = static_cast<int>(std::size(tenant::kMigrations));

// The control schema's bookkeeping, which has to be there before its first migration.
constexpr char kPrepareControl[] =
    "CREATE SCHEMA IF NOT EXISTS chatter;"
    "CREATE TABLE IF NOT EXISTS chatter.migration ("
    "  version integer PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())";

// A blocking connection for the rare work of migrations. Rolls back an open transaction at its end.
class Session {
 public:
  static absl::StatusOr<Session> Open(const std::string& url) {
    const char* const keys[] = {"dbname", "connect_timeout", nullptr};
    const char* const values[] = {url.c_str(), "5", nullptr};
    Session session(PQconnectdbParams(keys, values, /*expand_dbname=*/1));
    if (PQstatus(session.conn_.get()) != CONNECTION_OK) {
      return absl::UnavailableError(
          absl::StripAsciiWhitespace(PQerrorMessage(session.conn_.get())));
    }
    PQsetNoticeProcessor(
        session.conn_.get(), [](void*, const char*) {}, nullptr);
    return session;
  }

  using Values = std::vector<std::optional<std::string>>;  // the first row's; empty: no row

  absl::StatusOr<Values> Query(std::string_view sql, const std::vector<std::string>& params = {}) {
    std::vector<const char*> values;
    for (const std::string& param : params) values.push_back(param.c_str());
    return Take(PQexecParams(conn_.get(), std::string(sql).c_str(), static_cast<int>(values.size()),
                             nullptr, values.data(), nullptr, nullptr, 0));
  }

  // Any number of statements, without parameters.
  absl::Status Execute(std::string_view sql) {
    return Take(PQexec(conn_.get(), std::string(sql).c_str())).status();
  }

  // All rows of one column.
  absl::StatusOr<std::vector<std::string>> Column(std::string_view sql) {
    const std::unique_ptr<PGresult, decltype(&PQclear)> result(
        PQexec(conn_.get(), std::string(sql).c_str()), &PQclear);
    if (PQresultStatus(result.get()) != PGRES_TUPLES_OK) return ErrorOf(result.get());
    std::vector<std::string> values;
    for (int row = 0; row < PQntuples(result.get()); ++row) {
      values.emplace_back(PQgetvalue(result.get(), row, 0));
    }
    return values;
  }

 private:
  explicit Session(PGconn* conn) : conn_(conn, &PQfinish) {}

  absl::StatusOr<Values> Take(PGresult* raw) {
    const std::unique_ptr<PGresult, decltype(&PQclear)> result(raw, &PQclear);
    const ExecStatusType status = PQresultStatus(result.get());
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) return ErrorOf(result.get());
    Values values;
    if (PQntuples(result.get()) == 0) return values;
    for (int column = 0; column < PQnfields(result.get()); ++column) {
      const bool null = PQgetisnull(result.get(), 0, column) != 0;
      values.push_back(null ? std::nullopt
                            : std::optional<std::string>(PQgetvalue(result.get(), 0, column)));
    }
    return values;
  }

  static absl::Status ErrorOf(const PGresult* result) {
    const char* sqlstate = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    spdlog::error("migration error sqlstate={} message=\"{}\"", sqlstate == nullptr ? "" : sqlstate,
                  std::string(absl::StripAsciiWhitespace(PQresultErrorMessage(result))));
    return sqlstate == nullptr ? DatabaseUnavailableError() : StatusFromSqlState(sqlstate);
  }

  std::unique_ptr<PGconn, decltype(&PQfinish)> conn_;
};

// Runs `work` in one transaction that holds the advisory lock of `what`.
template <typename Work>
absl::Status InTransaction(Session& session, const std::string& what, Work work) {
  absl::Status status = session.Execute("BEGIN");
  if (status.ok()) {
    status = session
                 .Query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))",
                        {"chatter migration of " + what})
                 .status();
  }
  if (status.ok()) status = work();
  const absl::Status ended = session.Execute(status.ok() ? "COMMIT" : "ROLLBACK");
  return status.ok() ? ended : status;
}

absl::StatusOr<int> ReadVersion(Session& session, std::string_view sql,
                                const std::vector<std::string>& params = {}) {
  auto values = session.Query(sql, params);
  if (!values.ok()) return values.status();
  int version = 0;
  if (values->empty() || !absl::SimpleAtoi((*values)[0].value_or(""), &version)) {
    return absl::NotFoundError("no version recorded");
  }
  return version;
}

absl::Status MigrateControl(Session& session, Migrator::Report& report) {
  absl::Status status = InTransaction(session, "the control schema",
                                      [&] { return session.Execute(kPrepareControl); });
  bool done = false;
  while (status.ok() && !done) {
    status = InTransaction(session, "the control schema", [&]() -> absl::Status {
      const auto version =
          ReadVersion(session, "SELECT coalesce(max(version), 0) FROM chatter.migration");
      if (!version.ok()) return version.status();
      done = *version >= kControlVersion;
      if (done) return absl::OkStatus();
      ++report.applied;
      if (auto applied = session.Execute(control::kMigrations[*version]); !applied.ok()) {
        return applied;
      }
      return session
          .Query("INSERT INTO chatter.migration (version) VALUES ($1::integer)",
                 {absl::StrCat(*version + 1)})
          .status();
    });
  }
  return status;
}

// The migrations after `version`, inside a transaction of the caller's.
absl::Status ApplyTenantMigrations(Session& session, const SchemaName& name, int version) {
  for (int next = version; next < kTenantVersion; ++next) {
    if (auto applied = session.Execute(RenderSql(tenant::kMigrations[next], name)); !applied.ok()) {
      return applied;
    }
  }
  return absl::OkStatus();
}

absl::Status MigrateTenant(Session& session, const SchemaName& name, Migrator::Report& report) {
  return InTransaction(session, name.text(), [&]() -> absl::Status {
    const auto version = ReadVersion(
        session, "SELECT schema_version FROM chatter.tenant WHERE schema_name = $1", {name.text()});
    if (absl::IsNotFound(version.status())) return absl::OkStatus();  // deleted meanwhile
    if (!version.ok()) return version.status();
    if (*version >= kTenantVersion) return absl::OkStatus();
    report.applied += kTenantVersion - *version;
    if (auto applied = ApplyTenantMigrations(session, name, *version); !applied.ok()) {
      return applied;
    }
    return session
        .Query("UPDATE chatter.tenant SET schema_version = $2::integer WHERE schema_name = $1",
               {name.text(), absl::StrCat(kTenantVersion)})
        .status();
  });
}

absl::Status TenantExistsError(std::string_view what) {
  return MakeError(absl::StatusCode::kAlreadyExists, v1::ERROR_REASON_TENANT_EXISTS,
                   absl::StrCat("The ", absl::string_view(what.data(), what.size()),
                                " belongs to a tenant already. Choose another."));
}

// Inside a transaction of the caller's.
absl::Status InsertTenant(Session& session, const Tenant& tenant) {
  const std::string& name = tenant.schema_name.text();
  auto inserted = session.Query(
      "INSERT INTO chatter.tenant (schema_name, display_name, schema_version) "
      "VALUES ($1, $2, $3::integer) ON CONFLICT DO NOTHING RETURNING schema_name",
      {name, tenant.display_name, absl::StrCat(kTenantVersion)});
  if (!inserted.ok()) return inserted.status();
  if (inserted->empty()) return TenantExistsError("schema name \"" + name + "\"");
  for (const std::string& domain : tenant.domains) {
    inserted = session.Query(
        "INSERT INTO chatter.tenant_domain (domain, schema_name) VALUES ($1, $2) "
        "ON CONFLICT DO NOTHING RETURNING domain",
        {domain, name});
    if (!inserted.ok()) return inserted.status();
    if (inserted->empty()) return TenantExistsError("domain \"" + domain + "\"");
  }
  return absl::OkStatus();
}

absl::StatusOr<absl::Time> ReadCreatedAt(Session& session, const SchemaName& name) {
  auto values = session.Query(
      "SELECT (extract(epoch FROM created_at) * 1000000)::bigint FROM chatter.tenant "
      "WHERE schema_name = $1",
      {name.text()});
  if (!values.ok()) return values.status();
  int64_t micros = 0;
  if (values->empty() || !absl::SimpleAtoi((*values)[0].value_or(""), &micros)) {
    return InternalError();
  }
  return absl::FromUnixMicros(micros);
}

}  // namespace

absl::StatusOr<Migrator::Report> Migrator::MigrateAll() const {
  auto session = Session::Open(database_url_);
  if (!session.ok()) return session.status();
  Report report;
  if (auto status = MigrateControl(*session, report); !status.ok()) return status;
  const auto names = session->Column("SELECT schema_name FROM chatter.tenant ORDER BY schema_name");
  if (!names.ok()) return names.status();
  for (const std::string& text : *names) {
    const auto name = SchemaName::Parse(text);
    if (!name.has_value()) continue;  // not one that we would have written
    ++report.tenants;
    if (auto status = MigrateTenant(*session, *name, report); !status.ok()) return status;
  }
  return report;
}

absl::StatusOr<Tenant> Migrator::CreateTenant(const Tenant& tenant) const {
  auto session = Session::Open(database_url_);
  if (!session.ok()) {
    spdlog::warn("database connection lost: {}", std::string(session.status().message()));
    return DatabaseUnavailableError();
  }
  Tenant stored = tenant;
  const SchemaName& name = tenant.schema_name;
  const absl::Status status = InTransaction(*session, name.text(), [&]() -> absl::Status {
    if (auto inserted = InsertTenant(*session, tenant); !inserted.ok()) return inserted;
    if (auto made = session->Execute("CREATE SCHEMA IF NOT EXISTS " + name.Quoted()); !made.ok()) {
      return made;
    }
    if (auto applied = ApplyTenantMigrations(*session, name, 0); !applied.ok()) return applied;
    auto created_at = ReadCreatedAt(*session, name);
    if (!created_at.ok()) return created_at.status();
    stored.created_at = *created_at;
    return absl::OkStatus();
  });
  if (!status.ok()) return status;
  return stored;
}

}  // namespace chatter::store
