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
                Then(std::move(done), [this, deadline = caller.deadline()](const Tenant& tenant,
                                                                           auto& answer) mutable {
                  epochs_.Begin(tenant.key(), /*mark=*/"", deadline, std::move(answer));
                }));
}

}  // namespace chatter::admin
