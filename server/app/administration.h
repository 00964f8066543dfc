// What operators, and tenants' owners, do about tenants and users: the rules.
//
// Free of gRPC. Thread-safe, as each part is. What it is made from must outlive it; the database is
// stopped before it goes, so that nothing calls back into it.
#ifndef CHATTER_SERVER_APP_ADMINISTRATION_H_
#define CHATTER_SERVER_APP_ADMINISTRATION_H_

#include "server/admin/preferences.h"
#include "server/admin/ready_tenants.h"
#include "server/admin/service_accounts.h"
#include "server/admin/sessions.h"
#include "server/admin/settings_calls.h"
#include "server/admin/tenant_epochs.h"
#include "server/admin/tenant_export.h"
#include "server/admin/tenant_lifecycle.h"
#include "server/admin/tenants.h"
#include "server/admin/token_issuers.h"
#include "server/admin/users.h"
#include "server/base/clock.h"
#include "server/bus/bus.h"
#include "server/core/conversation.h"
#include "server/core/stores.h"
#include "server/middleware/identity_backend.h"
#include "server/store/session_source.h"
#include "server/store/tenant_maker.h"

namespace chatter::app {

// Chatter's own, or the application's.
struct WhoseTables {
  admin::Directory tenants;
  admin::Users::Table users;
};

// The members are in the order in which they need each other.
struct Administration {
  Administration(middleware::IdentityBackend& identity, const store::SessionSource& schema_sessions,
                 core::Stores& stores, bus::Bus& bus, core::Conversation& conversation,
                 const WhoseTables& tables, const Clock& clock);

  admin::SettingsCalls settings;
  admin::Preferences preferences;
  admin::Users users;
  const store::TenantMaker tenant_maker;
  admin::Tenants tenants;
  admin::TenantLifecycle tenant_lifecycle;
  admin::ReadyTenants ready_tenants;
  admin::TenantEpochs tenant_epochs;
  admin::TenantExports tenant_exports;
  admin::ServiceAccounts service_accounts;
  admin::Sessions sessions;
  admin::TokenIssuers token_issuers;
};

}  // namespace chatter::app

#endif  // CHATTER_SERVER_APP_ADMINISTRATION_H_
