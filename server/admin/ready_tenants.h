// Finds a tenant that an administrator names, with its schema brought up to date.
//
// Thread-safe. What it is made from must outlive it. Callbacks run on the database's thread, or on
// one that migrates.
#ifndef CHATTER_SERVER_ADMIN_READY_TENANTS_H_
#define CHATTER_SERVER_ADMIN_READY_TENANTS_H_

#include "common/steady_time.h"
#include "server/base/callback.h"
#include "server/model/model.h"
#include "server/store/lazy_migrator.h"
#include "server/store/tenant_store.h"

namespace chatter::admin {

class ReadyTenants {
 public:
  ReadyTenants(store::TenantStore& tenants, store::LazyMigrator& migrator)
      : tenants_(tenants), migrator_(migrator) {}

  // Suspended and deleted ones as well.
  // Errors: NOT_FOUND (TENANT_NOT_FOUND), UNAVAILABLE (TENANT_NOT_READY).
  void Find(const SchemaName& name, SteadyTime deadline, Callback<Tenant> done);

 private:
  void FindAny(const SchemaName& name, SteadyTime deadline, Callback<Tenant> done);

  store::TenantStore& tenants_;
  store::LazyMigrator& migrator_;
};

}  // namespace chatter::admin

#endif  // CHATTER_SERVER_ADMIN_READY_TENANTS_H_
