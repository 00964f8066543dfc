// The rules for what becomes of a tenant once it is made: its names, its suspension, its end.
//
// Thread-safe. What it is made from must outlive it. Callbacks run on the calling thread (for a
// request that breaks a rule) or on the database's.
#ifndef CHATTER_SERVER_ADMIN_TENANT_LIFECYCLE_H_
#define CHATTER_SERVER_ADMIN_TENANT_LIFECYCLE_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "chatter/v1/tenant.pb.h"
#include "server/admin/tenants.h"
#include "server/base/callback.h"
#include "server/bus/bus.h"
#include "server/identity/tenant_directory.h"
#include "server/model/caller.h"
#include "server/model/model.h"
#include "server/store/tenant_changes.h"

namespace chatter::admin {

class TenantLifecycle {
 public:
  struct Deps {
    store::TenantChanges& changes;
    Directory directory = Directory::kOwn;
    // Asked to know a tenant of which something is about to be said.
    identity::TenantDirectory& tenants;
    // Over which each change is told.
    bus::Bus& bus;
  };
  explicit TenantLifecycle(const Deps& deps) : deps_(deps) {}

  // All calls below give the tenant as it is then. Errors of all: PERMISSION_DENIED
  // (CREDENTIAL_NOT_ALLOWED) for others than administrators, INVALID_ARGUMENT (INVALID_FIELD),
  // NOT_FOUND (TENANT_NOT_FOUND). FAILED_PRECONDITION (TENANT_STATE) where the tenant is deleted,
  // of all but Delete; of Undelete where its grace is over.

  // What an application's directory says of its tenants can't be changed here.
  // Errors: ALREADY_EXISTS (TENANT_EXISTS) for a domain of another tenant, FAILED_PRECONDITION
  // (TENANTS_READ_ONLY).
  void Change(const Administrator& caller, const v1::UpdateTenantRequest& request,
              Callback<Tenant> done);

  // Errors: NOT_FOUND (DOMAIN_NOT_FOUND), ALREADY_EXISTS (TENANT_EXISTS), FAILED_PRECONDITION
  // (TENANTS_READ_ONLY).
  void RenameDomain(const Administrator& caller, std::string_view schema_name,
                    std::string_view old_domain, std::string_view new_domain,
                    Callback<Tenant> done);

  void Suspend(const Administrator& caller, std::string_view schema_name, const std::string& reason,
               Callback<Tenant> done);
  void Resume(const Administrator& caller, std::string_view schema_name, Callback<Tenant> done);
  // `grace`: nullopt: 7 days.
  void Delete(const Administrator& caller, std::string_view schema_name,
              std::optional<absl::Duration> grace, Callback<Tenant> done);
  void Undelete(const Administrator& caller, std::string_view schema_name, Callback<Tenant> done);

 private:
  // Answers with what became of the tenant, and tells of it, naming `domains` too.
  Callback<std::optional<Tenant>> Finish(const SchemaName& name, std::vector<std::string> domains,
                                         Callback<Tenant> done);

  const Deps deps_;
};

}  // namespace chatter::admin

#endif  // CHATTER_SERVER_ADMIN_TENANT_LIFECYCLE_H_
