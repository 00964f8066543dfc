// The beginning of another epoch of a tenant's logs, by an administrator: see model/epoch.h.
//
// Thread-safe. What it is made from must outlive it. Callbacks run on the calling thread (for a
// request that breaks a rule) or on the database's.
#ifndef CHATTER_SERVER_ADMIN_TENANT_EPOCHS_H_
#define CHATTER_SERVER_ADMIN_TENANT_EPOCHS_H_

#include <string_view>

#include "server/admin/ready_tenants.h"
#include "server/base/callback.h"
#include "server/model/caller.h"
#include "server/model/epoch.h"
#include "server/model/model.h"
#include "server/store/epoch_store.h"

namespace chatter::admin {

class TenantEpochs {
 public:
  TenantEpochs(ReadyTenants& tenants, store::EpochStore& epochs)
      : tenants_(tenants), epochs_(epochs) {}

  // Suspended and deleted tenants' as well. Streams hear of it by the next check of heads.
  // Errors: PERMISSION_DENIED (CREDENTIAL_NOT_ALLOWED) for others than administrators,
  // INVALID_ARGUMENT (INVALID_FIELD), NOT_FOUND (TENANT_NOT_FOUND), UNAVAILABLE (TENANT_NOT_READY).
  void Begin(const Administrator& caller, std::string_view schema_name, Callback<Epoch> done);

 private:
  ReadyTenants& tenants_;
  store::EpochStore& epochs_;
};

}  // namespace chatter::admin

#endif  // CHATTER_SERVER_ADMIN_TENANT_EPOCHS_H_
