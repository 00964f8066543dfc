#include "server/admin/tenant_epochs.h"

#include <utility>

#include "server/model/errors.h"
#include "server/model/validate.h"

namespace chatter::admin {

void TenantEpochs::Begin(const Administrator& caller, std::string_view schema_name,
                         Callback<Epoch> done) {
  FieldViolations violations;
  const auto name = ParseSchemaName("schema_name", schema_name, violations);
  if (!violations.empty()) return done(violations.ToStatus());
  tenants_.Find(*name, caller.deadline(),
                [this, deadline = caller.deadline(),
                 done = std::move(done)](const absl::StatusOr<Tenant>& tenant) mutable {
                  if (!tenant.ok()) return done(tenant.status());
                  epochs_.Begin(tenant->key(), /*mark=*/"", deadline, std::move(done));
                });
}

}  // namespace chatter::admin
