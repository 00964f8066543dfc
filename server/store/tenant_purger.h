// Removes what is left of deleted tenants whose grace is over.
//
// A schema that Chatter made goes with all that is in it; from one that was there before, only
// Chatter's own tables go, and from one that has come in the place of the tenant's, nothing. Then
// the control schema forgets the tenant. Each tenant is one transaction; several servers may purge
// at the same time. Not thread-safe; the sessions must outlive it. Blocks: never call it on a gRPC
// or database thread.
#ifndef CHATTER_SERVER_STORE_TENANT_PURGER_H_
#define CHATTER_SERVER_STORE_TENANT_PURGER_H_

#include <string>

#include "absl/status/statusor.h"
#include "server/model/ids.h"
#include "server/store/session_source.h"

namespace chatter::store {

class TenantPurger {
 public:
  // How many tenants one run looks at.
  static constexpr int kMaxTenants = 10;

  explicit TenantPurger(const SessionSource& sessions) : sessions_(sessions) {}

  // Purges up to kMaxTenants; returns how many. One that fails is logged and left for later: the
  // runs go round through all that are due.
  // Errors: SessionSource::Run's.
  absl::StatusOr<int> Run();

 private:
  bool Purge(const SchemaName& name) const;

  const SessionSource& sessions_;
  std::string after_;  // where the next run begins
};

}  // namespace chatter::store

#endif  // CHATTER_SERVER_STORE_TENANT_PURGER_H_
