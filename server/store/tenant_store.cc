#include "server/store/tenant_store.h"

#include <memory>
#include <utility>

#include "server/base/log_text.h"
#include "server/model/schema_name.h"
#include "server/postgres/databases.h"
#include "server/store/sql.h"
#include "spdlog/spdlog.h"

namespace chatter::store {
namespace {

// nullopt if the name isn't one that is served.
std::optional<Tenant> ReadRow(const postgres::Rows& rows, int row) {
  std::optional<SchemaName> name = SchemaName::Parse(rows.GetText(row, 0));
  if (!name.has_value()) return std::nullopt;
  return Tenant{.schema_name = *std::move(name),
                .display_name = std::string(rows.GetText(row, 1)),
                .domains = rows.GetTexts(row, 3),
                .created_at = rows.GetTime(row, 2),
                .state = static_cast<TenantState>(rows.GetInt(row, 4)),
                .state_reason = std::string(rows.GetText(row, 5)),
                .purge_at = rows.IsNull(row, 6) ? absl::InfiniteFuture() : rows.GetTime(row, 6),
                .attached = rows.GetBool(row, 7),
                .schema_version = static_cast<int>(rows.GetInt(row, 8)),
                .user_source = std::string(rows.GetText(row, 9)),
                .schema_is_known = rows.GetBool(row, 10),
                .schema_stamp = static_cast<uint64_t>(rows.GetInt(row, 11))};
}

}  // namespace

std::optional<Tenant> ReadTenant(const postgres::Rows& rows) {
  return rows.size() == 0 ? std::nullopt : ReadRow(rows, 0);
}

// django-tenants has one in `public`, which needs no word: it is never Chatter's.
void TenantStore::ReportUnserved(std::string_view name) {
  if (name == "public" || !unserved_.Admit(std::string(name), SteadyTime::Now())) return;
  spdlog::warn("a tenant isn't served: tenant={} its schema's name {}", LogField(name),
               SchemaNameProblem(name));
}

void TenantStore::FindOne(postgres::ControlSql sql, postgres::Params params, SteadyTime deadline,
                          Callback<std::optional<Tenant>> done) {
  postgres::RunOne(database_, {sql, std::move(params)}, deadline, postgres::kIdempotent,
                   Then(std::move(done), [this](const postgres::Rows& rows, auto& answer) {
                     auto tenant = ReadTenant(rows);
                     if (rows.size() > 0 && !tenant.has_value()) {
                       ReportUnserved(rows.GetText(0, 0));
                     }
                     answer(std::move(tenant));
                   }));
}

void TenantStore::Find(const SchemaName& schema, SteadyTime deadline,
                       Callback<std::optional<Tenant>> done) {
  FindOne(sql_.find, postgres::Params().Text(schema.text()), deadline, std::move(done));
}

void TenantStore::FindByDomain(const std::vector<std::string>& spellings, SteadyTime deadline,
                               Callback<std::optional<Tenant>> done) {
  FindOne(sql_.find_by_domain, postgres::Params().Texts(spellings), deadline, std::move(done));
}

void TenantStore::Check(const std::vector<SchemaName>& schemas, SteadyTime deadline,
                        Callback<std::vector<Checked>> done) {
  std::vector<std::string_view> names;
  names.reserve(schemas.size());
  for (const SchemaName& schema : schemas) names.push_back(schema.text());
  postgres::ControlStatement statement{sql_.check, {}};
  statement.params.Texts(names);
  postgres::RunOne(database_, std::move(statement), deadline, postgres::kIdempotent,
                   Then(std::move(done), [](const postgres::Rows& rows, auto& answer) {
                     std::vector<Checked> checked(static_cast<size_t>(rows.size()));
                     for (int row = 0; row < rows.size(); ++row) {
                       if (rows.IsNull(row, 0)) continue;
                       Checked& tenant = checked[static_cast<size_t>(row)];
                       tenant.state = static_cast<TenantState>(rows.GetInt(row, 0));
                       tenant.state_reason = std::string(rows.GetText(row, 1));
                       tenant.identity_version = rows.GetInt(row, 2);
                       tenant.schema_is_known = rows.GetBool(row, 3);
                       tenant.schema_stamp = static_cast<uint64_t>(rows.GetInt(row, 4));
                     }
                     answer(std::move(checked));
                   }));
}

struct TenantStore::Listing {
  Filter filter;
  std::string after;
  size_t limit;
  SteadyTime deadline;
  Callback<std::vector<Tenant>> done;
  std::vector<Tenant> found = {};
};

void TenantStore::List(const Filter& filter, const std::string& after, int limit,
                       SteadyTime deadline, Callback<std::vector<Tenant>> done) {
  ListOn(std::make_shared<Listing>(Listing{.filter = filter,
                                           .after = after,
                                           .limit = static_cast<size_t>(limit),
                                           .deadline = deadline,
                                           .done = std::move(done)}));
}

// In the place of those that aren't served others follow: they are read in another round.
void TenantStore::ListOn(const std::shared_ptr<Listing>& listing) {
  postgres::ControlStatement statement{sql_.list, {}};
  statement.params.Text(listing->after).Int(static_cast<int64_t>(listing->limit));
  const Filter& filter = listing->filter;
  constexpr int16_t kAny = 0;
  statement.params.Smallint(filter.state.has_value() ? static_cast<int16_t>(*filter.state) : kAny);
  statement.params.Text(filter.name_prefix).Texts(filter.domain_spellings);
  postgres::RunOne(database_, std::move(statement), listing->deadline, postgres::kIdempotent,
                   [this, listing](const absl::StatusOr<postgres::Rows>& rows) {
                     if (!rows.ok()) return listing->done(rows.status());
                     for (int row = 0; row < rows->size() && listing->found.size() < listing->limit;
                          ++row) {
                       listing->after = std::string(rows->GetText(row, 0));
                       auto tenant = ReadRow(*rows, row);
                       if (!tenant.has_value()) {
                         ReportUnserved(listing->after);
                       } else {
                         listing->found.push_back(*std::move(tenant));
                       }
                     }
                     const bool is_last = static_cast<size_t>(rows->size()) < listing->limit;
                     if (!is_last && listing->found.size() < listing->limit) return ListOn(listing);
                     listing->done(std::move(listing->found));
                   });
}

}  // namespace chatter::store
