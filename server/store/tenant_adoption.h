// Which tenant a schema is.
//
// A tenant is known by its schema's name, but behind that name there may be another schema than
// there was: dropped and made again, renamed, cloned, restored. So each tenant's schema has a
// marker (the table chatter_schema) with a random incarnation, and the control schema keeps that
// and the oid of this very table. Where they differ, it is decided here what the schema is, and
// what the control schema holds of a tenant whose schema is gone is never taken for another's:
// what can't be shown to be the same tenant is a new one.
//
// Blocks: never call it on a gRPC or database thread. REQUIRES of all: a transaction is open, in
// which the tenant's lock is held (LockTenant).
#ifndef CHATTER_SERVER_STORE_TENANT_ADOPTION_H_
#define CHATTER_SERVER_STORE_TENANT_ADOPTION_H_

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/model/model.h"
#include "server/postgres/blocking_session.h"

namespace chatter::store {

// What is behind the name of a tenant that the control schema has recorded.
enum class Behind {
  kNothing,    // no schema
  kItself,     // the tenant's own schema, perhaps restored
  kSomething,  // another schema
};
struct Recorded {
  TenantState state;
  Behind behind;
  bool lacks_marker = false;  // the schema has Chatter's tables, and nothing tells whose they are
};
// nullopt: the control schema has no such tenant.
absl::StatusOr<std::optional<Recorded>> FindRecorded(postgres::BlockingSession& session,
                                                     const SchemaName& name);

// What to do about a schema that lacks its marker, for people.
std::string WhoseTables(const SchemaName& name);

// What no users' view reads: one that must be made anew.
inline constexpr std::string_view kUnknownUserSource = "?";

struct Adoption {
  int version = 0;          // of the tables in the schema; 0: Chatter's aren't there yet
  std::string user_source;  // what the users' view reads
  // The control schema and the marker say all of that: RecordSchema isn't needed.
  bool is_recorded = true;
  // Another schema than the one that was there before, or the same as it once was.
  bool has_changed = false;
  bool is_new = false;      // a tenant of its own, whatever its tables were before
  std::string_view what{};  // for the log; empty: nothing that is worth a line
};

// Finds out what the schema of that name is, and makes the control schema's row be about it: a new
// row, one that follows a renamed schema, or one that holds nothing of a tenant that is gone. Ends
// the sessions that came with a clone. Thereafter migrations may follow, and then RecordSchema.
//
// `tenant` is as it was found; a row is made only where its schema_version is 0: the application's
// tables, or an administrator, say that there is such a tenant. A deleted tenant is begun anew only
// if `tenant` says that it is deleted and its schema unknown: then the application has it.
// `own_version`: that of this program.
// Errors: NOT_FOUND: no such tenant, or no schema for a new one; FAILED_PRECONDITION, told to the
// log: whose are the tables? UNAVAILABLE (TENANT_NOT_READY): a newer program's; sqlstate.h's.
absl::StatusOr<Adoption> AdoptSchema(postgres::BlockingSession& session, const Tenant& tenant,
                                     int own_version);

// Writes down what the schema is by now, there and in the control schema. REQUIRES: its tables have
// that version, and the tenant's row is there.
absl::Status RecordSchema(postgres::BlockingSession& session, const SchemaName& name,
                          const Adoption& adoption);

// The control schema forgets the tenant, and so do the service accounts.
absl::Status ForgetTenant(postgres::BlockingSession& session, const SchemaName& name);

}  // namespace chatter::store

#endif  // CHATTER_SERVER_STORE_TENANT_ADOPTION_H_
