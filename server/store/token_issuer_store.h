// The token issuers of all tenants, in the control schema `chatter`, and the users that come into
// being by their tokens.
//
// Thread-safe. The database must outlive the store. Callbacks run on the database's thread.
#ifndef CHATTER_SERVER_STORE_TOKEN_ISSUER_STORE_H_
#define CHATTER_SERVER_STORE_TOKEN_ISSUER_STORE_H_

#include <optional>
#include <string>
#include <vector>

#include "common/steady_time.h"
#include "server/base/callback.h"
#include "server/model/ids.h"
#include "server/model/token_issuer.h"

namespace chatter::postgres {
class ControlDatabase;
class TenantDatabases;
}  // namespace chatter::postgres

namespace chatter::store {

class TokenIssuerStore {
 public:
  TokenIssuerStore(postgres::ControlDatabase& control, postgres::TenantDatabases& tenants)
      : control_(control), tenants_(tenants) {}

  // Adds the issuer, or replaces the one of that name. nullopt: the tenant, which must exist, has
  // `max_issuers` others already.
  void Set(const SchemaName& tenant, const TokenIssuer& issuer, int max_issuers,
           SteadyTime deadline, Callback<std::optional<TokenIssuer>> done);
  // By ascending name in byte order. Of a tenant that doesn't exist: none.
  void List(const SchemaName& tenant, SteadyTime deadline, Callback<std::vector<TokenIssuer>> done);
  // nullopt: the tenant has no such issuer.
  void Find(const SchemaName& tenant, const std::string& issuer, SteadyTime deadline,
            Callback<std::optional<TokenIssuer>> done);
  // false: the tenant had no such issuer.
  void Delete(const SchemaName& tenant, const std::string& issuer, SteadyTime deadline,
              Callback<bool> done);

  // Makes the user of a token, unless there is one with that id, or the tenant's users are its
  // application's own. Whether it did.
  void CreateUser(const TenantKey& tenant, const std::string& user_id,
                  const std::string& display_name, SteadyTime deadline, Callback<bool> done);

 private:
  postgres::ControlDatabase& control_;
  postgres::TenantDatabases& tenants_;
};

}  // namespace chatter::store

#endif  // CHATTER_SERVER_STORE_TOKEN_ISSUER_STORE_H_
