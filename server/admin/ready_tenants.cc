#include "server/admin/ready_tenants.h"

#include <optional>
#include <utility>

#include "server/admin/tenants.h"

namespace chatter::admin {

void ReadyTenants::Find(const SchemaName& name, SteadyTime deadline, Callback<Tenant> done) {
  FindAny(name, deadline, [this, deadline, done = std::move(done)](auto found) mutable {
    if (!found.ok()) return done(std::move(found));
    migrator_.Prepare(*found, [this, name = found->schema_name, deadline,
                               done = std::move(done)](absl::Status prepared) mutable {
      if (!prepared.ok()) return done(std::move(prepared));
      // As it is now: its schema may have got its marker only then.
      FindAny(name, deadline, std::move(done));
    });
  });
}

void ReadyTenants::FindAny(const SchemaName& name, SteadyTime deadline, Callback<Tenant> done) {
  tenants_.Find(name, deadline,
                Then(std::move(done), [](std::optional<Tenant> found, auto& answer) {
                  if (!found.has_value()) return answer(UnknownTenantError());
                  answer(*std::move(found));
                }));
}

}  // namespace chatter::admin
