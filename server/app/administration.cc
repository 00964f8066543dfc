#include "server/app/administration.h"

namespace chatter::app {

Administration::Administration(middleware::IdentityBackend& identity,
                               const store::SessionSource& schema_sessions, core::Stores& stores,
                               bus::Bus& bus, core::Conversation& conversation,
                               const WhoseTables& tables, const Clock& clock)
    : settings(stores.settings, conversation.settings, conversation.search_languages, bus),
      preferences(stores.preferences, bus, clock),
      users(identity.user_store, tables.users),
      tenant_maker(identity.migrator, schema_sessions),
      tenants({.directory = tables.tenants,
               .tenants = identity.directory_store,
               .maker = tenant_maker,
               .bus = bus,
               .clock = clock}),
      tenant_lifecycle({.changes = stores.tenant_changes,
                        .directory = tables.tenants,
                        .tenants = identity.tenant_directory,
                        .bus = bus}),
      ready_tenants(identity.tenant_store, identity.lazy_migrator),
      tenant_epochs(ready_tenants, stores.epochs),
      tenant_exports(ready_tenants, stores.exports),
      service_accounts(identity.service_account_store, identity.tenant_directory, bus),
      sessions(identity.session_store, identity.authenticators, bus),
      token_issuers(identity.tenant_store, identity.token_issuer_store, identity.tenant_directory) {
}

}  // namespace chatter::app
