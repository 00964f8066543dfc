// The rules for the administration of tenants.
//
// Thread-safe. What it is made from must outlive it, and it every call that is not answered yet.
// Callbacks run on the calling thread (for a request that breaks a rule), on the database's, or on
// one of its own.
#ifndef CHATTER_SERVER_ADMIN_TENANTS_H_
#define CHATTER_SERVER_ADMIN_TENANTS_H_

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "chatter/v1/tenant.pb.h"
#include "server/base/callback.h"
#include "server/base/clock.h"
#include "server/base/worker.h"
#include "server/bus/bus.h"
#include "server/model/caller.h"
#include "server/model/model.h"
#include "server/model/pager.h"
#include "server/model/service_account.h"
#include "server/store/tenant_maker.h"
#include "server/store/tenant_store.h"

namespace chatter::admin {

// NOT_FOUND (TENANT_NOT_FOUND), for an administrator.
absl::Status UnknownTenantError();
// FAILED_PRECONDITION (TENANTS_READ_ONLY).
absl::Status TenantsReadOnlyError();

// Whose the directory of tenants and domains is. Chatter doesn't write an application's.
enum class Directory { kOwn, kApplications };

class Tenants {
 public:
  // Tenants are made one after the other: it takes a connection and a transaction of many
  // statements.
  static constexpr int kMaxWaitingCreations = 100;

  struct Deps {
    Directory directory = Directory::kOwn;
    store::TenantStore& tenants;  // of that directory
    const store::TenantMaker& maker;
    // Over which it is told what is made.
    bus::Bus& bus;
    const Clock& clock;
  };
  explicit Tenants(const Deps& deps) : deps_(deps) {}

  // All calls below give PERMISSION_DENIED (CREDENTIAL_NOT_ALLOWED) to others than administrators.

  struct NewTenant {
    std::string schema_name;
    std::string display_name;
    std::vector<std::string> domains;
    bool with_key = false;  // the first API key, of a service account of the tenant's name
  };
  struct Made {
    Tenant tenant;
    std::optional<ApiKey> key;
    std::string secret;  // the key itself, stored nowhere
  };
  // Errors: INVALID_ARGUMENT (INVALID_FIELD), ALREADY_EXISTS (TENANT_EXISTS, SCHEMA_EXISTS,
  // SERVICE_ACCOUNT_EXISTS), FAILED_PRECONDITION (TENANTS_READ_ONLY), RESOURCE_EXHAUSTED
  // (OVERLOADED), UNAVAILABLE (DRAINING).
  void Create(const Administrator& caller, NewTenant request, Callback<Made> done);
  // The same in a schema that is there. Errors: the same, and NOT_FOUND (SCHEMA_NOT_FOUND).
  void Attach(const Administrator& caller, NewTenant request, Callback<Made> done);

  // Errors: INVALID_ARGUMENT (INVALID_FIELD), NOT_FOUND (TENANT_NOT_FOUND).
  void Get(const Administrator& caller, std::string_view schema_name, Callback<Tenant> done);

  // Errors: INVALID_ARGUMENT (INVALID_FIELD).
  void List(const Administrator& caller, const v1::ListTenantsRequest& request,
            Callback<Page<Tenant>> done);

  // From now on no tenant is made: creations that wait are refused.
  void Drain() { draining_ = true; }

 private:
  void Make(const Administrator& caller, NewTenant request, bool attach, Callback<Made> done);
  absl::StatusOr<Made> MakeNow(const Tenant& tenant, bool with_key, bool attach,
                               SteadyTime deadline);
  void Find(const SchemaName& schema, SteadyTime deadline, Callback<Tenant> done);

  const Deps deps_;
  std::atomic<int> waiting_creations_ = 0;
  std::atomic<bool> draining_ = false;
  Worker creations_;  // the last member: its closures use the others
};

}  // namespace chatter::admin

#endif  // CHATTER_SERVER_ADMIN_TENANTS_H_
