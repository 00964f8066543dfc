// Makes tenants: in a new schema, or in one that is there.
//
// Thread-safe. The migrator and the sessions must outlive it. Blocks: never call it on a gRPC or
// database thread.
#ifndef CHATTER_SERVER_STORE_TENANT_MAKER_H_
#define CHATTER_SERVER_STORE_TENANT_MAKER_H_

#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/base/crypto.h"
#include "server/model/model.h"
#include "server/store/migrator.h"
#include "server/store/session_source.h"

namespace chatter::store {

// Says that the schema of a server's one tenant isn't there, for people.
std::string SchemaIsMissing(const SchemaName& name);
// Whether there is such a schema. Errors: what sqlstate.h makes.
absl::StatusOr<bool> SchemaExists(postgres::BlockingSession& session, const SchemaName& name);

class TenantMaker {
 public:
  TenantMaker(const Migrator& migrator, const SessionSource& sessions)
      : migrator_(migrator), sessions_(sessions) {}

  // Of `tenant`, the name, the display name and the domains count; the result has all. Each is one
  // transaction. `first_key`: the digest of an API key that is made with it, of a service account
  // of the tenant's name, for that tenant only. Errors of both: ALREADY_EXISTS (TENANT_EXISTS) when
  // the name or a domain is taken; ALREADY_EXISTS (SERVICE_ACCOUNT_EXISTS) when the account's name
  // is; SessionSource::Run's.

  // Makes the schema. A tenant of that name whose schema is gone is forgotten first, with all that
  // the control schema holds of it. Errors: ALREADY_EXISTS (SCHEMA_EXISTS).
  absl::StatusOr<Tenant> Create(const Tenant& tenant,
                                const std::optional<Sha256Digest>& first_key = std::nullopt) const;
  // Makes Chatter's tables in a schema that is there, or adopts those that are there (AdoptSchema):
  // under the name that a tenant's schema has been given, it is that tenant, and what came from
  // another is a tenant of its own with that one's data. A tenant of that name whose schema was
  // another is forgotten first.
  // Errors: NOT_FOUND (SCHEMA_NOT_FOUND); ALREADY_EXISTS (SCHEMA_EXISTS): it has tables with the
  // names of Chatter's; UNAVAILABLE (TENANT_NOT_READY): a newer program has made its tables.
  absl::StatusOr<Tenant> Attach(const Tenant& tenant,
                                const std::optional<Sha256Digest>& first_key = std::nullopt) const;

  // Does nothing if there is such a tenant, whatever its schema is; else attaches it, which wants a
  // schema that is there: a misspelt one makes no tenant.
  // Errors: FAILED_PRECONDITION: there is none (SchemaIsMissing); those of Attach.
  absl::Status Ensure(const SchemaName& name) const;

 private:
  absl::StatusOr<Tenant> Make(const Tenant& tenant, bool attached,
                              const std::optional<Sha256Digest>& first_key) const;
  absl::Status MakeIn(postgres::BlockingSession& session, Tenant& tenant) const;
  absl::Status CreateIn(postgres::BlockingSession& session, const Tenant& tenant) const;
  absl::Status AttachIn(postgres::BlockingSession& session, const Tenant& tenant) const;

  const Migrator& migrator_;
  const SessionSource& sessions_;
};

}  // namespace chatter::store

#endif  // CHATTER_SERVER_STORE_TENANT_MAKER_H_
