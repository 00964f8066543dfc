// Lets the tenant directory and the session authenticator look things up in PostgreSQL.
//
// The stores must outlive what is made from them.
#ifndef CHATTER_SERVER_IDENTITY_STORE_LOOKUPS_H_
#define CHATTER_SERVER_IDENTITY_STORE_LOOKUPS_H_

#include "server/identity/session_authenticator.h"
#include "server/identity/tenant_directory.h"
#include "server/store/tenant_store.h"
#include "server/store/user_store.h"

namespace chatter::identity {

TenantLookups LookupsIn(store::TenantStore& store);
SessionLookup LookupIn(store::UserStore& store);

}  // namespace chatter::identity

#endif  // CHATTER_SERVER_IDENTITY_STORE_LOOKUPS_H_
