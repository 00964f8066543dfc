#include "server/store/deployment_check.h"

#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "server/store/sql.h"

namespace chatter::store {
namespace {

using Row = postgres::BlockingSession::Row;

constexpr char kOwnTenantTable[] = "chatter.tenant";

std::string ListTenants(const std::optional<TableName>& table) {
  const std::string_view sql = sql::kListCheckedTenants;
  return absl::StrReplaceAll(
      absl::string_view(sql.data(), sql.size()),
      {{"{tenant_table}", table.has_value() ? table->Quoted() : kOwnTenantTable}});
}

// Returns whether Chatter's own directory of tenants is there, and may be read.
absl::StatusOr<bool> CheckControl(postgres::BlockingSession& session, CheckedDeployment& checked) {
  const auto rows = session.Query(sql::kLookAtControl);
  if (!rows.ok()) return rows.status();
  const Row& row = rows->front();
  const bool is_there = row[0] == "t";
  const std::string role = row[3].value_or("");
  checked.server = absl::StrCat("PostgreSQL ", row[4].value_or(""), ", as the role ", role);
  if (is_there && row[1] != "t") {
    checked.faults.push_back(absl::StrCat("database-url: the role ", role,
                                          " may not use the schema chatter: it must own it"));
  }
  if (!is_there && row[2] != "t") {
    checked.faults.push_back(absl::StrCat("database-url: the role ", role,
                                          " may not make the schema chatter: GRANT CREATE ON "
                                          "DATABASE to it, or make the schema with AUTHORIZATION ",
                                          role));
  }
  return row[5] == "t";
}

absl::Status CheckTenant(postgres::BlockingSession& session, const ApplicationColumns& columns,
                         const Row& row, CheckedDeployment& checked) {
  const std::string text = row[0].value_or("");
  const auto name = SchemaName::Parse(text);
  if (!name.has_value()) return absl::OkStatus();  // such as public: it is never served
  ++checked.tenants;
  const auto add = [&](const std::string& fault) {
    checked.faults.push_back(absl::StrCat("tenant ", text, ": ", fault));
  };
  if (row[1] != "t") {
    add("it has no schema");
    return absl::OkStatus();
  }
  if (row[2] != "t") {
    add("the role may not make tables in its schema: GRANT USAGE, CREATE ON SCHEMA " +
        name->Quoted() + " to it");
  }
  const auto faults = FindFaults(session, columns, *name);
  if (!faults.ok()) return faults.status();
  for (const std::string& fault : *faults) add(fault);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<CheckedDeployment> CheckDeployment(postgres::BlockingSession& session,
                                                  const ApplicationColumns& columns,
                                                  const std::optional<TableName>& tenant_table) {
  CheckedDeployment checked;
  const auto has_own = CheckControl(session, checked);
  if (!has_own.ok()) return has_own.status();
  auto shared = FindFaults(session, columns, std::nullopt);
  if (!shared.ok()) return shared.status();
  const bool has_directory = tenant_table.has_value() ? shared->empty() : *has_own;
  std::move(shared->begin(), shared->end(), std::back_inserter(checked.faults));
  if (!has_directory) return checked;
  const auto tenants = session.Query(ListTenants(tenant_table));
  if (!tenants.ok()) return tenants.status();
  for (const Row& row : *tenants) {
    if (absl::Status done = CheckTenant(session, columns, row, checked); !done.ok()) return done;
  }
  return checked;
}

}  // namespace chatter::store
