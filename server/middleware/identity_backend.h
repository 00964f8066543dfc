// What finds out which tenant and which user a call is for, put together: from a configuration to
// identity::Admission, and what that works with.
//
// chatterd has it, and so has every other program that takes the middleware into its own service.
// Free of gRPC. Thread-safe once made; its parts say more.
#ifndef CHATTER_SERVER_MIDDLEWARE_IDENTITY_BACKEND_H_
#define CHATTER_SERVER_MIDDLEWARE_IDENTITY_BACKEND_H_

#include <memory>
#include <optional>

#include "absl/status/statusor.h"
#include "server/base/clock.h"
#include "server/base/periodic_task.h"
#include "server/config/config.h"
#include "server/identity/admission.h"
#include "server/identity/authenticator_chain.h"
#include "server/identity/jwks_cache.h"
#include "server/identity/rechecker.h"
#include "server/identity/strangers.h"
#include "server/identity/tenant_directory.h"
#include "server/identity/user_directory.h"
#include "server/middleware/django_keys.h"
#include "server/postgres/database.h"
#include "server/postgres/databases.h"
#include "server/store/django_store.h"
#include "server/store/lazy_migrator.h"
#include "server/store/migrator.h"
#include "server/store/service_account_store.h"
#include "server/store/session_store.h"
#include "server/store/tenant_store.h"
#include "server/store/token_issuer_store.h"
#include "server/store/user_store.h"

namespace chatter::middleware {

// What the settings say of the application's tables.
store::ApplicationColumns ApplicationColumnsOf(const config::Config& config);

// How tenants' schemas are brought up to date.
store::MigratorOptions MigratorOptionsOf(const config::Config& config);

// The members are in the order in which they need each other.
struct IdentityBackend {
  // Begins to connect to the database; `on_connected` hears of it, from the database's thread.
  // `clock` must outlive the backend. `few_connections_first`: the caller calls
  // database->OpenAll().
  static absl::StatusOr<std::unique_ptr<IdentityBackend>> Create(
      const config::Config& config, const Clock& clock,
      postgres::Database::ReadyListener on_connected, bool few_connections_first = false);
  // Stops the database first, so that nothing calls back into members that are being destroyed.
  // REQUIRES: no call is under way.
  ~IdentityBackend();
  IdentityBackend(const IdentityBackend&) = delete;
  IdentityBackend& operator=(const IdentityBackend&) = delete;

  // Reads Django's keys again soon, rather than at the next of its turns, which come every two
  // seconds. Thread-safe.
  void RereadFiles();

  const std::unique_ptr<postgres::Database> database;
  // What is in it. One server has all, so far.
  postgres::ControlDatabase control;
  postgres::TenantDatabases tenants;
  const store::Migrator migrator;
  store::LazyMigrator lazy_migrator;
  store::TenantStore tenant_store;
  store::TenantStore directory_store;  // looks tenants up where the configuration says
  store::UserStore user_store;
  store::SessionStore session_store;
  std::optional<store::DjangoStore> django_store;  // nullopt: no sessions of Django's
  std::optional<DjangoKeys> django_keys;           // the same
  store::TokenIssuerStore token_issuer_store;
  store::ServiceAccountStore service_account_store;
  identity::Strangers strangers;
  identity::TenantDirectory tenant_directory;
  identity::JwksCache jwks;
  identity::AuthenticatorChain authenticators;
  identity::UserDirectory users;
  const identity::Admission admission;
  identity::Rechecker rechecker;
  PeriodicTask jwks_task;  // for those who wait for keys
  std::optional<PeriodicTask> django_keys_task;

 private:
  IdentityBackend(const config::Config& config, const Clock& clock,
                  std::unique_ptr<postgres::Database> made_database);
};

}  // namespace chatter::middleware

#endif  // CHATTER_SERVER_MIDDLEWARE_IDENTITY_BACKEND_H_
