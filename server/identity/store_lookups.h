// Lets the tenant directory and the authenticators look things up in PostgreSQL.
//
// The stores must outlive what is made from them.
#ifndef CHATTER_SERVER_IDENTITY_STORE_LOOKUPS_H_
#define CHATTER_SERVER_IDENTITY_STORE_LOOKUPS_H_

#include "server/identity/api_key_authenticator.h"
#include "server/identity/client_certificate_authenticator.h"
#include "server/identity/django_session_authenticator.h"
#include "server/identity/jwt_authenticator.h"
#include "server/identity/rechecker.h"
#include "server/identity/session_authenticator.h"
#include "server/identity/tenant_directory.h"
#include "server/identity/user_directory.h"
#include "server/store/django_store.h"
#include "server/store/lazy_migrator.h"
#include "server/store/service_account_store.h"
#include "server/store/session_store.h"
#include "server/store/tenant_store.h"
#include "server/store/token_issuer_store.h"
#include "server/store/user_store.h"

namespace chatter::identity {

TenantLookups LookupsIn(store::TenantStore& store, store::LazyMigrator& migrator);
SessionLookups LookupsIn(store::SessionStore& store);
DjangoLookups LookupsIn(store::DjangoStore& store);
JwtLookups LookupsIn(store::TokenIssuerStore& issuers, store::UserStore& users);
ApiKeyLookup ApiKeyLookupIn(store::ServiceAccountStore& store);
CertificateLookups LookupsIn(store::ServiceAccountStore& store);
UserLookup LookupIn(store::UserStore& store);
RecheckLookups LookupsIn(store::TenantStore& tenants, store::UserStore& users);

}  // namespace chatter::identity

#endif  // CHATTER_SERVER_IDENTITY_STORE_LOOKUPS_H_
