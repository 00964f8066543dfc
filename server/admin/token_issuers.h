// The rules for the administration of token issuers: whose JSON Web Tokens a tenant accepts.
//
// Thread-safe. The stores must outlive it. Callbacks run on the calling thread (for a request that
// breaks a rule) or on the database's.
#ifndef CHATTER_SERVER_ADMIN_TOKEN_ISSUERS_H_
#define CHATTER_SERVER_ADMIN_TOKEN_ISSUERS_H_

#include <string>
#include <string_view>
#include <vector>

#include "common/steady_time.h"
#include "server/base/callback.h"
#include "server/identity/tenant_directory.h"
#include "server/model/caller.h"
#include "server/model/model.h"
#include "server/model/token_issuer.h"
#include "server/store/tenant_store.h"
#include "server/store/token_issuer_store.h"

namespace chatter::admin {

class TokenIssuers {
 public:
  static constexpr int kMaxIssuers = 10;  // of a tenant

  // The directory is asked to know the tenant that an issuer is for.
  TokenIssuers(store::TenantStore& tenants, store::TokenIssuerStore& issuers,
               identity::TenantDirectory& directory)
      : tenants_(tenants), issuers_(issuers), directory_(directory) {}

  // All calls below give PERMISSION_DENIED (CREDENTIAL_NOT_ALLOWED) to others than administrators,
  // INVALID_ARGUMENT (INVALID_FIELD) and NOT_FOUND (TENANT_NOT_FOUND).

  // Adds the issuer, or replaces the one of that name.
  void Set(const Administrator& caller, std::string_view schema_name, TokenIssuer issuer,
           Callback<TokenIssuer> done);

  void List(const Administrator& caller, std::string_view schema_name,
            Callback<std::vector<TokenIssuer>> done);

  struct Deleted {};
  // Errors: NOT_FOUND (TOKEN_ISSUER_NOT_FOUND).
  void Delete(const Administrator& caller, std::string_view schema_name, std::string issuer,
              Callback<Deleted> done);

 private:
  void Store(const Tenant& tenant, const TokenIssuer& issuer, SteadyTime deadline,
             Callback<TokenIssuer> done);
  void FindTenant(const SchemaName& schema, SteadyTime deadline, Callback<Tenant> done);

  store::TenantStore& tenants_;
  store::TokenIssuerStore& issuers_;
  identity::TenantDirectory& directory_;
};

}  // namespace chatter::admin

#endif  // CHATTER_SERVER_ADMIN_TOKEN_ISSUERS_H_
