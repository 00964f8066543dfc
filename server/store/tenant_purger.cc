#include "server/store/tenant_purger.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "server/postgres/statement.h"
#include "server/store/schema_lock.h"
#include "server/store/sql.h"
#include "server/store/tenant_adoption.h"
#include "spdlog/spdlog.h"

namespace chatter::store {

absl::StatusOr<int> TenantPurger::Run() {
  std::vector<postgres::BlockingSession::Row> due;
  absl::Status found = sessions_.Run(
      "the search for tenants to purge", [&](postgres::BlockingSession& session) -> absl::Status {
        auto rows = session.Query(sql::kFindTenantsToPurge, {after_, absl::StrCat(kMaxTenants)});
        if (!rows.ok()) return rows.status();
        due = *std::move(rows);
        return absl::OkStatus();
      });
  if (!found.ok()) return found;
  after_ = due.size() == kMaxTenants ? due.back()[0].value_or("") : "";
  int purged = 0;
  for (const postgres::BlockingSession::Row& row : due) {
    const auto name = SchemaName::Parse(row[0].value_or(""));
    if (name.has_value() && Purge(*name)) ++purged;
  }
  return purged;
}

namespace {

// What is the tenant's behind its name. Another schema that has come there isn't.
absl::Status Drop(postgres::BlockingSession& session, const SchemaName& name, bool attached) {
  const auto recorded = FindRecorded(session, name);
  if (!recorded.ok()) return recorded.status();
  if (recorded->has_value() && (*recorded)->behind == Behind::kSomething) {
    spdlog::warn("the schema of tenant {} isn't what it was: it is left as it is", name.text());
    return absl::OkStatus();
  }
  return session.Execute(
      postgres::RenderSql(attached ? sql::kDropTenantTables : sql::kDropSchema, name));
}

}  // namespace

bool TenantPurger::Purge(const SchemaName& name) const {
  bool purged = false;
  const absl::Status status =
      sessions_.Run("the purge of tenant " + name.text(),
                    [&](postgres::BlockingSession& session) -> absl::Status {
                      return session.InTransaction([&]() -> absl::Status {
                        if (absl::Status locked = LockTenant(session, name); !locked.ok()) {
                          return locked;
                        }
                        const auto rows = session.Query(sql::kLockTenantToPurge, {name.text()});
                        if (!rows.ok()) return rows.status();
                        if (rows->empty()) return absl::OkStatus();  // another server was quicker
                        const bool attached = (*rows)[0][0] == "t";
                        if (absl::Status dropped = Drop(session, name, attached); !dropped.ok())
                          return dropped;
                        purged = true;
                        return ForgetTenant(session, name);
                      });
                    });
  if (status.ok() && purged) spdlog::info("tenant purged: {}", name.text());
  return status.ok() && purged;
}

}  // namespace chatter::store
