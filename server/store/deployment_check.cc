#include "server/store/deployment_check.h"

#include <algorithm>
#include <iterator>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "server/base/log_text.h"
#include "server/model/schema_name.h"
#include "server/store/control_migrations.h"
#include "server/store/own_tables.h"
#include "server/store/sql.h"
#include "server/store/tenant_adoption.h"
#include "server/store/tenant_maker.h"
#include "server/store/tenant_migrations.h"

namespace chatter::store {
namespace {

using Row = postgres::BlockingSession::Row;

constexpr char kOwnTenantTable[] = "chatter.tenant";
constexpr std::string_view kInsufficientPrivilege = "42501";

std::string ListTenants(const std::optional<TableName>& table) {
  const std::string_view sql = sql::kListCheckedTenants;
  return absl::StrReplaceAll(
      absl::string_view(sql.data(), sql.size()),
      {{"{tenant_table}", table.has_value() ? table->Quoted() : kOwnTenantTable}});
}

// A look at a database, from one part to the next.
class Look {
 public:
  Look(postgres::BlockingSession& session, const ApplicationColumns& columns)
      : session_(session), columns_(columns) {}

  absl::Status AtControl();
  absl::Status AtSharedTables(const std::optional<TableName>& tenant_table);
  absl::Status AtSingleSchema(const std::optional<SchemaName>& name);
  // Of a row of list_checked_tenants.sql.
  absl::Status AtTenant(const Row& row);

  // Whether there is a directory of tenants that can be read.
  bool has_directory() const { return has_directory_; }
  CheckedDeployment Result() && { return std::move(checked_); }

 private:
  absl::Status AtControlTables();
  absl::Status AtTenantTables(const SchemaName& name, const std::string& subject);
  absl::Status AtMarker(const SchemaName& name, const std::string& subject);
  void Add(std::string_view subject, const std::vector<std::string>& faults);
  void AddControlFaults(const Row& row);

  postgres::BlockingSession& session_;
  const ApplicationColumns& columns_;
  std::string role_;
  bool has_directory_ = false;
  bool knows_tenants_ = false;  // the control schema is as this program needs it
  CheckedDeployment checked_;
};

void Look::Add(std::string_view subject, const std::vector<std::string>& faults) {
  for (const std::string& fault : faults) {
    checked_.faults.push_back(absl::StrCat(std::string(subject), ": ", fault));
  }
}

void Look::AddControlFaults(const Row& row) {
  const bool is_there = row[0] == "t";
  if (is_there && row[1] != "t") {
    Add("database-url",
        {absl::StrCat("the role ", role_, " may not use the schema chatter: it must own it")});
  }
  if (!is_there && row[2] != "t") {
    Add("database-url", {absl::StrCat("the role ", role_,
                                      " may not make the schema chatter: GRANT CREATE ON "
                                      "DATABASE to it, or make the schema with AUTHORIZATION ",
                                      role_)});
  }
}

absl::Status Look::AtControl() {
  const auto rows = session_.Query(sql::kLookAtControl);
  if (!rows.ok()) return rows.status();
  const Row& row = rows->front();
  role_ = row[3].value_or("");
  checked_.server = absl::StrCat("PostgreSQL ", row[4].value_or(""), ", as the role ", role_);
  has_directory_ = row[5] == "t";
  AddControlFaults(row);
  const bool is_migrated = row[1] == "t" && row[6] == "t";
  return is_migrated ? AtControlTables() : absl::OkStatus();
}

// A schema that lags is none of these: the server brings it up to date when it starts.
absl::Status Look::AtControlTables() {
  const auto migrations =
      FindOwnFaults(session_, "chatter", "migration: version applied_at", role_);
  if (!migrations.ok()) return migrations.status();
  Add("schema chatter", *migrations);
  if (!migrations->empty()) return absl::OkStatus();
  const auto rows = session_.Query(sql::kFindControlVersion);
  if (!rows.ok()) return rows.status();
  const auto version = postgres::BlockingSession::ToInt(rows->front()[0]);
  if (!version.ok()) return version.status();
  if (*version < static_cast<int>(std::size(control::kMigrations))) return absl::OkStatus();
  const auto faults = FindOwnFaults(session_, "chatter", ControlTables(), role_);
  if (!faults.ok()) return faults.status();
  Add("schema chatter", *faults);
  knows_tenants_ = faults->empty();
  return absl::OkStatus();
}

absl::Status Look::AtSharedTables(const std::optional<TableName>& tenant_table) {
  const auto faults = FindFaults(session_, columns_, std::nullopt);
  if (!faults.ok()) return faults.status();
  if (tenant_table.has_value()) has_directory_ = faults->empty();
  std::copy(faults->begin(), faults->end(), std::back_inserter(checked_.faults));
  return absl::OkStatus();
}

absl::Status Look::AtSingleSchema(const std::optional<SchemaName>& name) {
  if (!name.has_value()) return absl::OkStatus();
  const auto exists = SchemaExists(session_, *name);
  if (!exists.ok()) return exists.status();
  if (!*exists) checked_.faults.push_back(SchemaIsMissing(*name));
  return absl::OkStatus();
}

absl::Status Look::AtTenant(const Row& row) {
  const std::string text = row[0].value_or("");
  if (text == "public") return absl::OkStatus();  // django-tenants' own: it is never served
  ++checked_.tenants;
  const auto name = SchemaName::Parse(text);
  const std::string subject = absl::StrCat("tenant ", name.has_value() ? text : LogField(text));
  if (!name.has_value()) {
    Add(subject, {absl::StrCat("it isn't served: its schema's name ",
                               std::string(SchemaNameProblem(text)))});
    return absl::OkStatus();
  }
  if (row[1] != "t") {
    Add(subject, {"it has no schema"});
    return absl::OkStatus();
  }
  if (row[2] != "t") {
    Add(subject, {"the role may not make tables in its schema: GRANT USAGE, CREATE ON SCHEMA " +
                  name->Quoted() + " to it"});
  }
  const auto faults = FindFaults(session_, columns_, *name);
  if (!faults.ok()) return faults.status();
  Add(subject, *faults);
  return knows_tenants_ ? AtTenantTables(*name, subject) : absl::OkStatus();
}

// A tenant that lags, or that nobody has called yet, the server brings up to date by itself.
absl::Status Look::AtTenantTables(const SchemaName& name, const std::string& subject) {
  const auto record = session_.Query(sql::kReadTenantRecord, {name.text()});
  if (!record.ok()) return record.status();
  if (record->empty()) return absl::OkStatus();
  const auto version = postgres::BlockingSession::ToInt(record->front()[0]);
  const auto state = postgres::BlockingSession::ToInt(record->front()[2]);
  if (!version.ok() || !state.ok()) return version.ok() ? state.status() : version.status();
  if (*state == static_cast<int>(TenantState::kDeleted)) return absl::OkStatus();
  if (*version == static_cast<int>(std::size(tenant::kMigrations))) {
    const auto faults = FindOwnFaults(session_, name.text(), TenantTables(), role_);
    if (!faults.ok()) return faults.status();
    Add(subject, *faults);
  }
  return AtMarker(name, subject);
}

absl::Status Look::AtMarker(const SchemaName& name, const std::string& subject) {
  const auto recorded = FindRecorded(session_, name);
  if (recorded.ok()) {
    if (recorded->has_value() && (*recorded)->lacks_marker) Add(subject, {WhoseTables(name)});
    return absl::OkStatus();
  }
  if (session_.last_error().sqlstate != kInsufficientPrivilege) return recorded.status();
  Add(subject, {NotOwnedFault(name.text(), "chatter_schema", role_)});
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<CheckedDeployment> CheckDeployment(postgres::BlockingSession& session,
                                                  const ApplicationColumns& columns,
                                                  const std::optional<TableName>& tenant_table,
                                                  const std::optional<SchemaName>& single_schema) {
  Look look(session, columns);
  if (absl::Status done = look.AtControl(); !done.ok()) return done;
  if (absl::Status done = look.AtSharedTables(tenant_table); !done.ok()) return done;
  if (absl::Status done = look.AtSingleSchema(single_schema); !done.ok()) return done;
  if (!look.has_directory()) return std::move(look).Result();
  const auto tenants = session.Query(ListTenants(tenant_table));
  if (!tenants.ok()) return tenants.status();
  for (const Row& row : *tenants) {
    if (absl::Status done = look.AtTenant(row); !done.ok()) return done;
  }
  return std::move(look).Result();
}

}  // namespace chatter::store
