#include "server/store/identity_changes.h"

#include <optional>
#include <utility>

#include "server/postgres/databases.h"
#include "server/store/sql.h"

namespace chatter::store {

void CountIdentityChange(postgres::ControlDatabase& control, const TenantKey& tenant,
                         SteadyTime deadline, StatusCallback done) {
  postgres::RunOne(control,
                   {sql::kCountIdentityChange, tenant, postgres::Params().Text(tenant.text())},
                   deadline, postgres::kIdempotent,
                   [done = std::move(done)](const absl::StatusOr<postgres::Rows>& rows) mutable {
                     done(rows.status());
                   });
}

}  // namespace chatter::store
