// That what is done in a tenant's schema is done in no other that has its name by now.
//
// Names are all that SQL knows of schemas, and an administrator may give a name to another schema
// at any moment. So each transaction in a tenant's schema ends with a statement that fails, and
// undoes it, unless the name still leads to what was meant. It comes last because PostgreSQL looks
// names up anew for each statement: no stamp comes twice, so where the last statement finds the one
// that the look-up of the tenant found, those before have found its schema.
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

Statement GuardStatement(const TenantKey& tenant);

// The same in a session. REQUIRES: a transaction is open.
// Errors: UNAVAILABLE (TENANT_NOT_READY): the schema is another; what sqlstate.h makes.
absl::Status GuardSchema(BlockingSession& session, const TenantKey& tenant);

// Runs `work` in one transaction, which is undone if it fails or the schema is another.
// Errors: those of `work`, and as above.
absl::Status InSchema(BlockingSession& session, const TenantKey& tenant,
                      absl::FunctionRef<absl::Status()> work);

}  // namespace chatter::postgres

#endif  // CHATTER_SERVER_POSTGRES_SCHEMA_GUARD_H_
