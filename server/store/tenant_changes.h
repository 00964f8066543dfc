// Changes of tenants in the control schema `chatter`.
//
// Each is one transaction that may be repeated without harm, and gives the tenant as it is then;
// nullopt: there is no such tenant. Whether the tenant's state allowed the change, the state tells.
// Thread-safe. The database must outlive it. Callbacks run on the database's thread.
#ifndef CHATTER_SERVER_STORE_TENANT_CHANGES_H_
#define CHATTER_SERVER_STORE_TENANT_CHANGES_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "common/steady_time.h"
#include "server/base/callback.h"
#include "server/model/model.h"

namespace chatter::postgres {
class ControlDatabase;
}  // namespace chatter::postgres

namespace chatter::store {

class TenantChanges {
 public:
  explicit TenantChanges(postgres::ControlDatabase& database) : database_(database) {}

  using Done = Callback<std::optional<Tenant>>;

  // Leaves a deleted tenant as it is. REQUIRES: `reason` isn't empty.
  void Suspend(const SchemaName& name, const std::string& reason, SteadyTime deadline, Done done);
  // Leaves an active or deleted tenant as it is.
  void Resume(const SchemaName& name, SteadyTime deadline, Done done);
  // Counts the grace anew where the tenant is deleted already.
  void Delete(const SchemaName& name, absl::Duration grace, SteadyTime deadline, Done done);
  // The tenant is as it was before, suspended perhaps. Leaves a tenant whose grace is over as it
  // is.
  void Undelete(const SchemaName& name, SteadyTime deadline, Done done);

  struct Update {
    std::optional<std::string> display_name;
    std::optional<std::vector<std::string>> domains;  // all of them
  };
  struct Updated {
    std::optional<Tenant> tenant;
    std::vector<std::string> removed_domains;
  };
  // Leaves a deleted tenant as it is. ALREADY_EXISTS: a domain is another tenant's.
  void Change(const SchemaName& name, const Update& update, SteadyTime deadline,
              Callback<Updated> done);
  // Leaves a tenant that is deleted or doesn't have the domain as it is. ALREADY_EXISTS: the new
  // one is a tenant's.
  void RenameDomain(const SchemaName& name, const std::string& old_domain,
                    const std::string& new_domain, SteadyTime deadline, Done done);

 private:
  postgres::ControlDatabase& database_;
};

}  // namespace chatter::store

#endif  // CHATTER_SERVER_STORE_TENANT_CHANGES_H_
