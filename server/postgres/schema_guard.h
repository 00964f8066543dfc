// That what is done in a tenant's schema is done in no other that has its name by now.
//
// Names are all that SQL knows of schemas, and an administrator may give a name to another schema
// at any moment. So before a transaction in a tenant's schema it is known that the schema is the
// one that is meant, and which change of it was the last; and the transaction ends with a statement
// that fails, and undoes it, unless both still hold. It comes last because PostgreSQL looks names
// up anew for each statement: no change comes twice, so where the last statement finds the one that
// was known before, those between have found the schema.
#ifndef CHATTER_SERVER_POSTGRES_SCHEMA_GUARD_H_
#define CHATTER_SERVER_POSTGRES_SCHEMA_GUARD_H_

#include <cstdint>
#include <string_view>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "server/model/ids.h"
#include "server/postgres/blocking_session.h"
#include "server/postgres/statement.h"

namespace chatter::postgres {

// What the statement fails with.
inline constexpr std::string_view kOtherSchemaSqlState = "22012";

// Of what PostgreSQL writes for a stamp; of anything else 0.
uint64_t ParseStamp(std::string_view text);

// `change`: the transaction that has changed the schema last.
Statement GuardStatement(const TenantKey& tenant, int64_t change);

// Runs `work` in the transaction that is open, which must be undone if it or this fails.
// Errors: those of `work`; UNAVAILABLE (TENANT_NOT_READY): the schema is another, or was changed
// meanwhile; what sqlstate.h makes.
absl::Status GuardSchema(BlockingSession& session, const TenantKey& tenant,
                         absl::FunctionRef<absl::Status()> work);

// The same in a transaction of its own, which is undone if it fails.
absl::Status InSchema(BlockingSession& session, const TenantKey& tenant,
                      absl::FunctionRef<absl::Status()> work);

}  // namespace chatter::postgres

#endif  // CHATTER_SERVER_POSTGRES_SCHEMA_GUARD_H_
