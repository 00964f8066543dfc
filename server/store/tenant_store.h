// Tenants and their domains, in the control schema `chatter`.
//
// Thread-safe. The database must outlive the store. Callbacks run on the database's thread.
#ifndef CHATTER_SERVER_STORE_TENANT_STORE_H_
#define CHATTER_SERVER_STORE_TENANT_STORE_H_

#include <string>
#include <vector>

#include "server/base/callback.h"
#include "server/model/model.h"

namespace chatter::store {

class Database;

class TenantStore {
 public:
  explicit TenantStore(Database& database) : database_(database) {}

  // nullopt: there is no such tenant.
  void Find(const SchemaName& schema, absl::Time deadline, Callback<std::optional<Tenant>> done);
  void FindByDomain(const std::string& domain, absl::Time deadline,
                    Callback<std::optional<Tenant>> done);
  // Those whose schema name comes after `after` in byte order, ascending, up to `limit`.
  void List(const std::string& after, int limit, absl::Time deadline,
            Callback<std::vector<Tenant>> done);

 private:
  Database& database_;
};

}  // namespace chatter::store

#endif  // CHATTER_SERVER_STORE_TENANT_STORE_H_
