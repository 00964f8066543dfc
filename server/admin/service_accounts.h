// The rules for the administration of service accounts and their API keys.
//
// Thread-safe. What it is made from must outlive it, and it every call that is not answered yet.
// Callbacks run on the calling thread (for a request that breaks a rule) or on the database's.
#ifndef CHATTER_SERVER_ADMIN_SERVICE_ACCOUNTS_H_
#define CHATTER_SERVER_ADMIN_SERVICE_ACCOUNTS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "chatter/v1/service_account.pb.h"
#include "server/base/callback.h"
#include "server/bus/bus.h"
#include "server/identity/tenant_directory.h"
#include "server/model/caller.h"
#include "server/model/pager.h"
#include "server/model/service_account.h"
#include "server/store/service_account_store.h"

namespace chatter::admin {

class ServiceAccounts {
 public:
  // The directory is asked to know the tenants that an account is for. What changes is told over
  // the bus.
  ServiceAccounts(store::ServiceAccountStore& store, identity::TenantDirectory& directory,
                  bus::Bus& bus)
      : store_(store), directory_(directory), bus_(bus) {}

  // All calls below give PERMISSION_DENIED (CREDENTIAL_NOT_ALLOWED) to others than administrators,
  // and INVALID_ARGUMENT (INVALID_FIELD).

  // Makes the account, or changes the one of that name.
  // Errors: ALREADY_EXISTS (CERTIFICATE_EXISTS).
  void Set(const Administrator& caller, const ServiceAccount& account,
           Callback<ServiceAccount> done);

  void List(const Administrator& caller, const v1::ListServiceAccountsRequest& request,
            Callback<Page<ServiceAccount>> done);

  struct Done {};
  // Errors: NOT_FOUND (SERVICE_ACCOUNT_NOT_FOUND).
  void Delete(const Administrator& caller, const std::string& name, Callback<Done> done);

  struct NewKey {
    std::string account;
    std::optional<absl::Duration> ttl;      // nullopt: it doesn't end by itself
    std::optional<absl::Duration> overlap;  // nullopt: the account's other keys go on
  };
  struct CreatedKey {
    ApiKey key;
    std::string secret;  // the key itself, stored nowhere
  };
  // Errors: NOT_FOUND (SERVICE_ACCOUNT_NOT_FOUND), FAILED_PRECONDITION (TOO_MANY_API_KEYS).
  void CreateKey(const Administrator& caller, const NewKey& request, Callback<CreatedKey> done);

  // Those that hold, newest first. Errors: NOT_FOUND (SERVICE_ACCOUNT_NOT_FOUND).
  void ListKeys(const Administrator& caller, const std::string& account,
                Callback<std::vector<ApiKey>> done);

  // Errors: NOT_FOUND (API_KEY_NOT_FOUND).
  void RevokeKey(const Administrator& caller, std::string_view key_id, Callback<Done> done);

 private:
  store::ServiceAccountStore& store_;
  identity::TenantDirectory& directory_;
  bus::Bus& bus_;
};

}  // namespace chatter::admin

#endif  // CHATTER_SERVER_ADMIN_SERVICE_ACCOUNTS_H_
