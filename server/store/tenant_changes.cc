#include "server/store/tenant_changes.h"

#include <utility>

#include "server/postgres/databases.h"
#include "server/store/sql.h"
#include "server/store/tenant_store.h"

namespace chatter::store {
namespace {

postgres::ControlStatement OnTenant(postgres::ControlSql sql, const SchemaName& name) {
  return {sql, std::move(postgres::Params().Text(name.text()))};
}

// Runs the statements and a look at the tenant behind them.
void RunThenFind(postgres::ControlDatabase& database, postgres::ControlStatements statements,
                 const SchemaName& name, SteadyTime deadline,
                 Callback<postgres::Database::Results> done) {
  postgres::ControlDatabase::Transaction transaction;
  transaction.statements = std::move(statements);
  transaction.statements.push_back(OnTenant(sql::kFindTenant, name));
  transaction.deadline = deadline;
  transaction.idempotent = true;
  database.Run(std::move(transaction), std::move(done));
}

void ChangeOne(postgres::ControlDatabase& database, postgres::ControlStatement statement,
               const SchemaName& name, SteadyTime deadline, TenantChanges::Done done) {
  postgres::ControlStatements statements;
  statements.push_back(std::move(statement));
  RunThenFind(database, std::move(statements), name, deadline,
              Then(std::move(done), [](const postgres::Database::Results& results, auto& answer) {
                answer(ReadTenant(results.back()));
              }));
}

}  // namespace

void TenantChanges::Suspend(const SchemaName& name, const std::string& reason, SteadyTime deadline,
                            Done done) {
  postgres::ControlStatement statement = OnTenant(sql::kSuspendTenant, name);
  statement.params.Text(reason);
  ChangeOne(database_, std::move(statement), name, deadline, std::move(done));
}

void TenantChanges::Resume(const SchemaName& name, SteadyTime deadline, Done done) {
  ChangeOne(database_, OnTenant(sql::kResumeTenant, name), name, deadline, std::move(done));
}

void TenantChanges::Delete(const SchemaName& name, absl::Duration grace, SteadyTime deadline,
                           Done done) {
  postgres::ControlStatement statement = OnTenant(sql::kDeleteTenant, name);
  statement.params.Int(absl::ToInt64Microseconds(grace));
  ChangeOne(database_, std::move(statement), name, deadline, std::move(done));
}

void TenantChanges::Undelete(const SchemaName& name, SteadyTime deadline, Done done) {
  ChangeOne(database_, OnTenant(sql::kUndeleteTenant, name), name, deadline, std::move(done));
}

void TenantChanges::Change(const SchemaName& name, const Update& update, SteadyTime deadline,
                           Callback<Updated> done) {
  postgres::ControlStatements statements;
  statements.push_back(OnTenant(sql::kLockTenant, name));
  if (update.display_name.has_value()) {
    postgres::ControlStatement rename = OnTenant(sql::kRenameTenant, name);
    rename.params.Text(*update.display_name);
    statements.push_back(std::move(rename));
  }
  size_t removal = 0;  // its place; 0: there is none
  if (update.domains.has_value()) {
    removal = statements.size();
    for (const postgres::ControlSql& sql : {sql::kDropTenantDomains, sql::kAddTenantDomains}) {
      postgres::ControlStatement change = OnTenant(sql, name);
      change.params.Texts(*update.domains);
      statements.push_back(std::move(change));
    }
  }
  RunThenFind(
      database_, std::move(statements), name, deadline,
      Then(std::move(done), [removal](const postgres::Database::Results& results, auto& answer) {
        Updated updated{.tenant = ReadTenant(results.back()), .removed_domains = {}};
        const postgres::Rows& removed = results[removal];
        for (int row = 0; removal > 0 && row < removed.size(); ++row) {
          updated.removed_domains.emplace_back(removed.GetText(row, 0));
        }
        answer(std::move(updated));
      }));
}

void TenantChanges::RenameDomain(const SchemaName& name, const std::string& old_domain,
                                 const std::string& new_domain, SteadyTime deadline, Done done) {
  postgres::ControlStatement statement = OnTenant(sql::kRenameTenantDomain, name);
  statement.params.Text(old_domain).Text(new_domain);
  ChangeOne(database_, std::move(statement), name, deadline, std::move(done));
}

}  // namespace chatter::store
