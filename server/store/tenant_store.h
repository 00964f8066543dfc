// Tenants and their domains, in the control schema `chatter`.
//
// Thread-safe. The database must outlive the store, and the store its calls. Callbacks run on the
// database's thread.
#ifndef CHATTER_SERVER_STORE_TENANT_STORE_H_
#define CHATTER_SERVER_STORE_TENANT_STORE_H_

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/steady_time.h"
#include "server/base/callback.h"
#include "server/base/log_limiter.h"
#include "server/model/model.h"
#include "server/postgres/statement.h"
#include "server/store/directory_sql.h"

namespace chatter::postgres {
class ControlDatabase;
class Rows;
}  // namespace chatter::postgres

namespace chatter::store {

// The tenant in the result of find_tenant.sql and its kin; nullopt: there is none.
std::optional<Tenant> ReadTenant(const postgres::Rows& rows);

class TenantStore {
 public:
  // Tenants are those of the directory that `sql` reads.
  explicit TenantStore(postgres::ControlDatabase& database, DirectorySql sql = DirectorySql::Own())
      : database_(database), sql_(sql) {}
  TenantStore(const TenantStore&) = delete;
  TenantStore& operator=(const TenantStore&) = delete;

  // nullopt: there is no such tenant.
  void Find(const SchemaName& schema, SteadyTime deadline, Callback<std::optional<Tenant>> done);
  // By the first of these, as which the domain may be spelt, that leads to one.
  void FindByDomain(const std::vector<std::string>& spellings, SteadyTime deadline,
                    Callback<std::optional<Tenant>> done);
  struct Checked {
    std::optional<TenantState> state;  // nullopt: there is no such tenant
    std::string state_reason;
    int64_t identity_version = 0;  // counts what ended sessions or shut out users
    bool schema_is_known = true;   // as Tenant's
    uint64_t schema_stamp = 0;     // likewise
  };
  // How each of these is, in order.
  void Check(const std::vector<SchemaName>& schemas, SteadyTime deadline,
             Callback<std::vector<Checked>> done);

  struct Filter {
    std::optional<TenantState> state = {};
    std::string name_prefix = {};
    // As which a domain of theirs may be spelt; empty: any.
    std::vector<std::string> domain_spellings = {};
  };
  // Those whose schema name comes after `after` in byte order, ascending, up to `limit`.
  void List(const Filter& filter, const std::string& after, int limit, SteadyTime deadline,
            Callback<std::vector<Tenant>> done);

 private:
  void FindOne(postgres::ControlSql sql, postgres::Params params, SteadyTime deadline,
               Callback<std::optional<Tenant>> done);

  struct Listing;
  void ListOn(const std::shared_ptr<Listing>& listing);
  // Of the application's directory only: Chatter's own has no other names.
  void ReportUnserved(std::string_view name);

  postgres::ControlDatabase& database_;
  const DirectorySql sql_;
  LogLimiter unserved_;
};

}  // namespace chatter::store

#endif  // CHATTER_SERVER_STORE_TENANT_STORE_H_
