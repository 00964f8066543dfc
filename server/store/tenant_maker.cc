#include "server/store/tenant_maker.h"

#include <cstdint>
#include <string>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "server/model/errors.h"
#include "server/postgres/statement.h"
#include "server/store/schema_lock.h"
#include "server/store/sql.h"
#include "server/store/tenant_adoption.h"

namespace chatter::store {
namespace {

constexpr char kDuplicateSchema[] = "42P06";
constexpr char kDuplicateTable[] = "42P07";

absl::Status TenantExistsError(const std::string& what) {
  return MakeError(absl::StatusCode::kAlreadyExists, v1::ERROR_REASON_TENANT_EXISTS,
                   absl::StrCat("The ", what, " belongs to a tenant already. Choose another."));
}

absl::Status NotPurgedError(const SchemaName& name) {
  return MakeError(absl::StatusCode::kAlreadyExists, v1::ERROR_REASON_TENANT_EXISTS,
                   absl::StrCat("The schema name \"", name.text(),
                                "\" belongs to a tenant that is deleted, but not purged yet. Wait "
                                "for that, undelete it, or choose another."));
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

// What the row says that the schema isn't asked for, and back into `tenant`.
absl::Status RecordNames(postgres::BlockingSession& session, Tenant& tenant) {
  const std::string& name = tenant.schema_name.text();
  for (const std::string& domain : tenant.domains) {
    const auto rows = session.Query(sql::kClaimTenantDomain, {domain, name});
    if (!rows.ok()) return rows.status();
    if (rows->empty()) return TenantExistsError("domain \"" + domain + "\"");
  }
  const auto rows = session.Query(sql::kNameTenant, {name, tenant.display_name});
  if (!rows.ok()) return rows.status();
  int64_t created_micros = 0;
  int64_t purge_micros = 0;
  int state = 0;
  if (rows->empty() || !absl::SimpleAtoi(rows->front()[1].value_or(""), &created_micros) ||
      !absl::SimpleAtoi(rows->front()[2].value_or(""), &state) ||
      !absl::SimpleAtoi(rows->front()[4].value_or(""), &purge_micros)) {
    return InternalError();
  }
  tenant.display_name = rows->front()[0].value_or("");
  tenant.created_at = absl::FromUnixMicros(created_micros);
  tenant.state = static_cast<TenantState>(state);  // of one that was renamed: what it was
  tenant.state_reason = rows->front()[3].value_or("");
  tenant.purge_at = absl::FromUnixMicros(purge_micros);
  const auto domains = session.Query(sql::kListTenantDomains, {name});
  if (!domains.ok()) return domains.status();
  tenant.domains.clear();
  for (const postgres::BlockingSession::Row& row : *domains)
    tenant.domains.push_back(row[0].value_or(""));
  return absl::OkStatus();
}

absl::Status MakeKey(postgres::BlockingSession& session, const SchemaName& name,
                     const Sha256Digest& key) {
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

std::string SchemaIsMissing(const SchemaName& name) {
  return absl::StrCat("single-schema: there is no schema ", name.Quoted(),
                      ": mend the name, or make the schema (CREATE SCHEMA ", name.Quoted(), ")");
}

absl::StatusOr<bool> SchemaExists(postgres::BlockingSession& session, const SchemaName& name) {
  const auto rows = session.Query(sql::kFindSchema, {name.text()});
  if (!rows.ok()) return rows.status();
  return (*rows)[0][0] == "t";
}

absl::StatusOr<Tenant> TenantMaker::Create(const Tenant& tenant,
                                           const std::optional<Sha256Digest>& first_key) const {
  return Make(tenant, /*attached=*/false, first_key);
}

absl::StatusOr<Tenant> TenantMaker::Attach(const Tenant& tenant,
                                           const std::optional<Sha256Digest>& first_key) const {
  return Make(tenant, /*attached=*/true, first_key);
}

absl::Status TenantMaker::Ensure(const SchemaName& name) const {
  bool tenant_exists = false;
  bool schema_exists = false;
  absl::Status looked = sessions_.Run(
      "the search for a schema", [&](postgres::BlockingSession& session) -> absl::Status {
        const auto tenant = session.Query(sql::kReadTenantRecord, {name.text()});
        if (!tenant.ok()) return tenant.status();
        tenant_exists = !tenant->empty();
        const auto exists = SchemaExists(session, name);
        schema_exists = exists.ok() && *exists;
        return exists.status();
      });
  if (!looked.ok() || tenant_exists) return looked;
  if (!schema_exists) return absl::FailedPreconditionError(SchemaIsMissing(name));
  const absl::Status made =
      Attach({.schema_name = name, .display_name = {}, .domains = {}, .created_at = {}}).status();
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
  const absl::Status status = sessions_.Run(
      "the making of tenant " + tenant.schema_name.text(), [&](postgres::BlockingSession& session) {
        absl::Status done = session.InTransaction([&]() -> absl::Status {
          absl::Status tenant_made = MakeIn(session, made);
          if (!tenant_made.ok() || !first_key.has_value()) return tenant_made;
          return MakeKey(session, made.schema_name, *first_key);
        });
        if (done.ok()) migrator_.ReportFaults(session, made.schema_name);
        return done;
      });
  if (!status.ok()) return status;
  return made;
}

absl::Status TenantMaker::MakeIn(postgres::BlockingSession& session, Tenant& tenant) const {
  const SchemaName& name = tenant.schema_name;
  if (absl::Status locked = LockTenant(session, name); !locked.ok()) return locked;
  const auto recorded = FindRecorded(session, name);
  if (!recorded.ok()) return recorded.status();
  if (recorded->has_value()) {
    const bool is_deleted = (*recorded)->state == TenantState::kDeleted;
    const bool makes_way = tenant.attached
                               ? (*recorded)->behind == Behind::kSomething && !is_deleted
                               : (*recorded)->behind == Behind::kNothing;
    if (!makes_way && is_deleted) return NotPurgedError(name);
    if (!makes_way) return TenantExistsError("schema name \"" + name.text() + "\"");
    if (absl::Status forgotten = ForgetTenant(session, name); !forgotten.ok()) return forgotten;
  }
  absl::Status made = tenant.attached ? AttachIn(session, tenant) : CreateIn(session, tenant);
  if (!made.ok() && session.last_error().sqlstate == kDuplicateTable) return TablesExistError(name);
  return made.ok() ? RecordNames(session, tenant) : made;
}

absl::Status TenantMaker::CreateIn(postgres::BlockingSession& session, const Tenant& tenant) const {
  const SchemaName& name = tenant.schema_name;
  absl::Status made = session.Execute(postgres::RenderSql(sql::kCreateSchema, name));
  if (!made.ok() && session.last_error().sqlstate == kDuplicateSchema) {
    return SchemaExistsError(name);
  }
  if (!made.ok()) return made;
  absl::Status recorded =
      session.Query(sql::kRecordTenant, {name.text(), tenant.display_name, "false"}).status();
  return recorded.ok() ? migrator_.PrepareNew(session, name) : recorded;
}

absl::Status TenantMaker::AttachIn(postgres::BlockingSession& session, const Tenant& tenant) const {
  const auto exists = SchemaExists(session, tenant.schema_name);
  if (!exists.ok()) return exists.status();
  if (!*exists) return SchemaNotFoundError(tenant.schema_name);
  Tenant unknown = tenant;
  unknown.schema_version = 0;
  return migrator_.BringUp(session, unknown).status();
}

}  // namespace chatter::store
