#include "server/store/tenant_store.h"

#include <utility>

#include "server/store/database.h"
#include "server/store/sql.h"

namespace chatter::store {
namespace {

// A row of find_tenant.sql and its kin; nullopt if the name isn't one that we would have written.
std::optional<Tenant> ReadTenant(const Rows& rows, int row) {
  std::optional<SchemaName> name = SchemaName::Parse(rows.GetText(row, 0));
  if (!name.has_value()) return std::nullopt;
  return Tenant{.schema_name = *std::move(name),
                .display_name = std::string(rows.GetText(row, 1)),
                .domains = rows.GetTexts(row, 3),
                .created_at = rows.GetTime(row, 2)};
}

void FindOne(Database& database, std::string_view sql, const std::string& key, absl::Time deadline,
             Callback<std::optional<Tenant>> done) {
  Statement statement{.sql = sql, .schema = std::nullopt, .params = {}};
  statement.params.Text(key);
  RunOne(database, std::move(statement), deadline, kIdempotent,
         [done = std::move(done)](absl::StatusOr<Rows> rows) mutable {
           if (!rows.ok()) return done(rows.status());
           done(rows->size() == 0 ? std::nullopt : ReadTenant(*rows, 0));
         });
}

}  // namespace

void TenantStore::Find(const SchemaName& schema, absl::Time deadline,
                       Callback<std::optional<Tenant>> done) {
  FindOne(database_, sql::kFindTenant, schema.text(), deadline, std::move(done));
}

void TenantStore::FindByDomain(const std::string& domain, absl::Time deadline,
                               Callback<std::optional<Tenant>> done) {
  FindOne(database_, sql::kFindTenantByDomain, domain, deadline, std::move(done));
}

void TenantStore::List(const std::string& after, int limit, absl::Time deadline,
                       Callback<std::vector<Tenant>> done) {
  Statement statement{.sql = sql::kListTenants, .schema = std::nullopt, .params = {}};
  statement.params.Text(after).Int(limit);
  RunOne(database_, std::move(statement), deadline, kIdempotent,
         [done = std::move(done)](absl::StatusOr<Rows> rows) mutable {
           if (!rows.ok()) return done(rows.status());
           std::vector<Tenant> tenants;
           for (int row = 0; row < rows->size(); ++row) {
             if (auto tenant = ReadTenant(*rows, row)) tenants.push_back(*std::move(tenant));
           }
           done(std::move(tenants));
         });
}

}  // namespace chatter::store
