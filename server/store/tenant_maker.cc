#include "server/store/tenant_maker.h"

#include <cstdint>
#include <string>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "server/model/errors.h"
#include "server/store/sql.h"

namespace chatter::store {
namespace {

constexpr char kDuplicateSchema[] = "42P06";
constexpr char kDuplicateTable[] = "42P07";

absl::Status TenantExistsError(const std::string& what) {
  return MakeError(absl::StatusCode::kAlreadyExists, v1::ERROR_REASON_TENANT_EXISTS,
                   absl::StrCat("The ", what, " belongs to a tenant already. Choose another."));
}

absl::Status SchemaExistsError(const SchemaName& name) {
  return MakeError(absl::StatusCode::kAlreadyExists, v1::ERROR_REASON_SCHEMA_EXISTS,
                   absl::StrCat("The schema \"", name.text(),
                                "\" exists already. Attach to it, or choose another name."));
}

absl::Status TablesExistError(const SchemaName& name) {
  return MakeError(
      absl::StatusCode::kAlreadyExists, v1::ERROR_REASON_SCHEMA_EXISTS,
      absl::StrCat("The schema \"", name.text(),
                   "\" has a table whose name Chatter needs, such as chatter_user. Rename it."));
}

absl::Status SchemaNotFoundError(const SchemaName& name) {
  return MakeError(absl::StatusCode::kNotFound, v1::ERROR_REASON_SCHEMA_NOT_FOUND,
                   absl::StrCat("There is no schema \"", name.text(),
                                "\" to attach to. Check the name, or create the tenant."));
}

absl::StatusOr<bool> SchemaExists(BlockingSession& session, const SchemaName& name) {
  const auto rows = session.Query("SELECT to_regnamespace(quote_ident($1))", {name.text()});
  if (!rows.ok()) return rows.status();
  return (*rows)[0][0].has_value();
}

absl::Status RecordDomain(BlockingSession& session, const SchemaName& name,
                          const std::string& domain) {
  const auto rows = session.Query(
      "INSERT INTO chatter.tenant_domain (domain, schema_name) VALUES ($1, $2) "
      "ON CONFLICT DO NOTHING RETURNING domain",
      {domain, name.text()});
  if (!rows.ok()) return rows.status();
  return rows->empty() ? TenantExistsError("domain \"" + domain + "\"") : absl::OkStatus();
}

absl::Status MakeKey(BlockingSession& session, const SchemaName& name, const Sha256Digest& key) {
  absl::Status exists = MakeError(
      absl::StatusCode::kAlreadyExists, v1::ERROR_REASON_SERVICE_ACCOUNT_EXISTS,
      "There is a service account with the tenant's name. Make the tenant without a key, and then "
      "one by CreateApiKey.");
  if (name.text() == kAdministratorName) return exists;
  const auto rows = session.Query(sql::kCreateFirstKey, {name.text(), ToHex(key)});
  if (!rows.ok()) return rows.status();
  return rows->empty() ? exists : absl::OkStatus();
}

}  // namespace

absl::StatusOr<Tenant> TenantMaker::Create(const Tenant& tenant,
                                           const std::optional<Sha256Digest>& first_key) const {
  return Make(tenant, /*attached=*/false, first_key);
}

absl::StatusOr<Tenant> TenantMaker::Attach(const Tenant& tenant,
                                           const std::optional<Sha256Digest>& first_key) const {
  return Make(tenant, /*attached=*/true, first_key);
}

absl::Status TenantMaker::Ensure(const SchemaName& name) const {
  bool schema_exists = false;
  absl::Status looked = migrator_.Run("the search for a schema", [&](BlockingSession& session) {
    const auto exists = SchemaExists(session, name);
    schema_exists = exists.ok() && *exists;
    return exists.status();
  });
  if (!looked.ok()) return looked;
  const absl::Status made =
      Make({.schema_name = name, .display_name = {}, .domains = {}, .created_at = {}},
           schema_exists, /*first_key=*/std::nullopt)
          .status();
  return ReasonOf(made) == v1::ERROR_REASON_TENANT_EXISTS ? absl::OkStatus() : made;
}

absl::StatusOr<Tenant> TenantMaker::Make(const Tenant& tenant, bool attached,
                                         const std::optional<Sha256Digest>& first_key) const {
  Tenant made{.schema_name = tenant.schema_name,
              .display_name = tenant.display_name,
              .domains = tenant.domains,
              .created_at = {},
              .attached = attached,
              .schema_version = migrator_.tenant_version(),
              .user_source = migrator_.user_source()};
  const absl::Status status = migrator_.Run(
      "the making of tenant " + tenant.schema_name.text(), [&](BlockingSession& session) {
        return session.InTransaction([&]() -> absl::Status {
          absl::Status tenant_made = MakeIn(session, made);
          if (!tenant_made.ok() || !first_key.has_value()) return tenant_made;
          return MakeKey(session, made.schema_name, *first_key);
        });
      });
  if (!status.ok()) return status;
  return made;
}

absl::Status TenantMaker::MakeIn(BlockingSession& session, Tenant& tenant) const {
  const SchemaName& name = tenant.schema_name;
  if (absl::Status locked = Migrator::LockTenant(session, name); !locked.ok()) return locked;
  // First, so that a tenant that there is isn't called a schema that there is.
  if (absl::Status recorded = Record(session, tenant); !recorded.ok()) return recorded;
  if (absl::Status made = MakeSchema(session, tenant); !made.ok()) return made;
  absl::Status prepared = migrator_.PrepareNew(session, name);
  if (!prepared.ok() && session.last_error().sqlstate == kDuplicateTable) {
    return TablesExistError(name);
  }
  return prepared;
}

absl::Status TenantMaker::MakeSchema(BlockingSession& session, const Tenant& tenant) const {
  const SchemaName& name = tenant.schema_name;
  if (tenant.attached) {
    const auto exists = SchemaExists(session, name);
    if (!exists.ok()) return exists.status();
    return *exists ? absl::OkStatus() : SchemaNotFoundError(name);
  }
  absl::Status made = session.Execute("CREATE SCHEMA " + name.Quoted());
  if (!made.ok() && session.last_error().sqlstate == kDuplicateSchema) {
    return SchemaExistsError(name);
  }
  return made;
}

absl::Status TenantMaker::Record(BlockingSession& session, Tenant& tenant) const {
  const std::string& name = tenant.schema_name.text();
  const auto rows = session.Query(
      "INSERT INTO chatter.tenant (schema_name, display_name, schema_version, attached, "
      "user_source) "
      "VALUES ($1, $2, $3::integer, $4::boolean, $5) ON CONFLICT DO NOTHING "
      "RETURNING (extract(epoch FROM created_at) * 1000000)::bigint",
      {name, tenant.display_name, absl::StrCat(tenant.schema_version),
       tenant.attached ? "true" : "false", tenant.user_source});
  if (!rows.ok()) return rows.status();
  if (rows->empty()) return TenantExistsError("schema name \"" + name + "\"");
  int64_t micros = 0;
  if (!absl::SimpleAtoi((*rows)[0][0].value_or(""), &micros)) return InternalError();
  tenant.created_at = absl::FromUnixMicros(micros);
  for (const std::string& domain : tenant.domains) {
    absl::Status recorded = RecordDomain(session, tenant.schema_name, domain);
    if (!recorded.ok()) return recorded;
  }
  return absl::OkStatus();
}

}  // namespace chatter::store
