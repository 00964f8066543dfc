#include "server/store/tenant_purger.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "server/store/sql.h"
#include "server/store/statement.h"
#include "spdlog/spdlog.h"

namespace chatter::store {

absl::StatusOr<int> TenantPurger::Run() {
  std::vector<BlockingSession::Row> due;
  absl::Status found = migrator_.Run(
      "the search for tenants to purge", [&](BlockingSession& session) -> absl::Status {
        auto rows = session.Query(sql::kFindTenantsToPurge, {after_, absl::StrCat(kMaxTenants)});
        if (!rows.ok()) return rows.status();
        due = *std::move(rows);
        return absl::OkStatus();
      });
  if (!found.ok()) return found;
  after_ = due.size() == kMaxTenants ? due.back()[0].value_or("") : "";
  int purged = 0;
  for (const BlockingSession::Row& row : due) {
    const auto name = SchemaName::Parse(row[0].value_or(""));
    if (name.has_value() && Purge(*name)) ++purged;
  }
  return purged;
}

bool TenantPurger::Purge(const SchemaName& name) const {
  bool purged = false;
  const absl::Status status = migrator_.Run(
      "the purge of tenant " + name.text(), [&](BlockingSession& session) -> absl::Status {
        return session.InTransaction([&]() -> absl::Status {
          if (absl::Status locked = Migrator::LockTenant(session, name); !locked.ok()) {
            return locked;
          }
          const auto rows = session.Query(sql::kLockTenantToPurge, {name.text()});
          if (!rows.ok()) return rows.status();
          if (rows->empty()) return absl::OkStatus();  // another server was quicker
          const bool attached = (*rows)[0][0] == "t";
          absl::Status dropped =
              session.Execute(attached ? RenderSql(sql::kDropTenantTables, name)
                                       : "DROP SCHEMA IF EXISTS " + name.Quoted() + " CASCADE");
          if (!dropped.ok()) return dropped;
          purged = true;
          const auto forgotten = session.Query(sql::kForgetTenantInAccounts, {name.text()});
          if (!forgotten.ok()) return forgotten.status();
          return session.Query("DELETE FROM chatter.tenant WHERE schema_name = $1", {name.text()})
              .status();
        });
      });
  if (status.ok() && purged) spdlog::info("tenant purged: {}", name.text());
  return status.ok() && purged;
}

}  // namespace chatter::store
