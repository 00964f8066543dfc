#include "server/middleware/identity_backend.h"

#include <utility>
#include <vector>

#include "server/identity/administrator_key_authenticator.h"
#include "server/identity/api_key_authenticator.h"
#include "server/identity/client_certificate_authenticator.h"
#include "server/identity/django_session_authenticator.h"
#include "server/identity/jwks_source.h"
#include "server/identity/jwt_authenticator.h"
#include "server/identity/session_authenticator.h"
#include "server/identity/store_lookups.h"

namespace chatter::middleware {
namespace {

constexpr absl::Duration kKeyFileInterval = absl::Seconds(2);

store::DirectorySql DirectorySqlOf(const config::Config& config) {
  if (!config.django_tenant_table.has_value()) return store::DirectorySql::Own();
  return store::DirectorySql::OfDjangoTenants(*config.django_tenant_table,
                                              config.django_tenant_key_column,
                                              config.django_domain_table.value());
}

std::optional<store::DjangoStore> MakeDjangoStore(const config::Config& config,
                                                  postgres::TenantDatabases& database) {
  if (config.django_secret_keys.empty()) return std::nullopt;
  return std::optional<store::DjangoStore>(
      std::in_place, database,
      store::DjangoTables{.sessions = config.django_session_table,
                          .users = config.user_table.value(),
                          .user_key = config.user_key_column,
                          .user_id = config.user_id_column,
                          .user_password = config.user_password_column,
                          .user_active = config.user_active_column});
}

std::optional<DjangoKeys> MakeDjangoKeys(const config::Config& config) {
  if (config.django_secret_keys.empty()) return std::nullopt;
  return std::optional<DjangoKeys>(std::in_place, config.django_secret_key_file,
                                   config.django_secret_keys);
}

// In the order in which they are asked.
std::vector<std::unique_ptr<identity::Authenticator>> MakeAuthenticators(
    const config::Config& config, const Clock& clock, store::SessionStore& sessions,
    std::optional<store::DjangoStore>& django, const std::optional<DjangoKeys>& django_keys,
    store::UserStore& users, store::TokenIssuerStore& token_issuers,
    store::ServiceAccountStore& service_accounts, identity::JwksCache& jwks) {
  std::vector<std::unique_ptr<identity::Authenticator>> all;
  if (config.admin_key_digest.has_value()) {
    all.push_back(
        std::make_unique<identity::AdministratorKeyAuthenticator>(*config.admin_key_digest));
  }
  all.push_back(
      std::make_unique<identity::SessionAuthenticator>(identity::LookupsIn(sessions), clock));
  if (django.has_value()) {
    all.push_back(std::make_unique<identity::DjangoSessionAuthenticator>(
        identity::DjangoSessionOptions{.keys = &django_keys->ring(),
                                       .signed_cookies = config.django_signed_cookies,
                                       .max_age = config.django_session_max_age},
        identity::LookupsIn(*django), clock));
  }
  all.push_back(std::make_unique<identity::JwtAuthenticator>(
      identity::LookupsIn(token_issuers, users), jwks, config.jwt_leeway, clock));
  all.push_back(std::make_unique<identity::ApiKeyAuthenticator>(
      identity::ApiKeyLookupIn(service_accounts), clock));
  all.push_back(std::make_unique<identity::ClientCertificateAuthenticator>(
      identity::LookupsIn(service_accounts)));
  return all;
}

}  // namespace

store::ApplicationColumns ApplicationColumnsOf(const config::Config& config) {
  const auto column = [](std::string_view name) { return *SqlIdentifier::Parse(name); };
  store::ApplicationColumns columns;
  if (config.django_tenant_table.has_value()) {
    const TableName& tenants = *config.django_tenant_table;
    const TableName& domains = config.django_domain_table.value();
    columns.push_back({"django-tenant-table", "", tenants, column("schema_name")});
    columns.push_back({"django-tenant-table", "django-tenant-key-column", tenants,
                       config.django_tenant_key_column});
    columns.push_back({"django-domain-table", "", domains, column("domain")});
    columns.push_back({"django-domain-table", "", domains, column("tenant_id")});
  }
  if (config.user_table.has_value()) {
    const auto add = [&](std::string_view setting, const SqlIdentifier& name,
                         std::string_view type = {}) {
      columns.push_back({"user-table", setting, *config.user_table, name, type});
    };
    add("user-id-column", config.user_id_column);
    add("user-name-column", config.user_name_column);
    if (config.user_active_column.has_value()) {
      add("user-active-column", *config.user_active_column, "boolean");
    }
    if (!config.django_secret_keys.empty()) {
      add("user-key-column", config.user_key_column);
      add("user-password-column", config.user_password_column);
    }
  }
  if (!config.django_secret_keys.empty() && !config.django_signed_cookies) {
    for (const char* name : {"session_key", "session_data", "expire_date"}) {
      columns.push_back({"django-session-table", "", config.django_session_table, column(name)});
    }
  }
  return columns;
}

store::MigratorOptions MigratorOptionsOf(const config::Config& config) {
  store::MigratorOptions options{.database_url = config.database_url,
                                 .application_columns = ApplicationColumnsOf(config)};
  if (config.user_table.has_value()) {
    options.user_source = store::UserSource{.table = *config.user_table,
                                            .id = config.user_id_column,
                                            .display_name = config.user_name_column,
                                            .active = config.user_active_column};
  }
  return options;
}

absl::StatusOr<std::unique_ptr<IdentityBackend>> IdentityBackend::Create(
    const config::Config& config, const Clock& clock,
    postgres::Database::ReadyListener on_connected, bool few_connections_first) {
  auto database =
      postgres::Database::Create({.url = config.database_url,
                                  .query_connections = config.database_connections,
                                  .prepared_statements = config.prepared_statements,
                                  .prepares_through_pooler = config.prepare_through_pooler,
                                  .few_first = few_connections_first},
                                 std::move(on_connected));
  if (!database.ok()) return database.status();
  return std::unique_ptr<IdentityBackend>(new IdentityBackend(config, clock, *std::move(database)));
}

IdentityBackend::IdentityBackend(const config::Config& config, const Clock& clock,
                                 std::unique_ptr<postgres::Database> made_database)
    : database(std::move(made_database)),
      control(*database),
      tenants(*database),
      migrator(MigratorOptionsOf(config)),
      lazy_migrator({}, migrator, clock),
      tenant_store(control),
      directory_store(control, DirectorySqlOf(config)),
      user_store(control, tenants),
      session_store(control, tenants),
      django_store(MakeDjangoStore(config, tenants)),
      django_keys(MakeDjangoKeys(config)),
      token_issuer_store(control, tenants),
      service_account_store(control),
      strangers({}, clock),
      tenant_directory(
          {.cache = {}, .single_schema = config.single_schema, .strangers = &strangers},
          identity::LookupsIn(directory_store, lazy_migrator), clock),
      jwks([reader = identity::JwksReader(config.jwks_directory)](
               const std::string& uri) { return reader.Read(uri); },
           clock),
      authenticators(
          MakeAuthenticators(config, clock, session_store, django_store, django_keys, user_store,
                             token_issuer_store, service_account_store, jwks),
          {}, clock, &strangers),
      users(identity::LookupIn(user_store), {}, clock),
      admission(
          {.session_cookie = config.session_cookie(), .trusted_proxies = config.trusted_proxies},
          tenant_directory, authenticators, users),
      rechecker({.users_are_counted = !config.user_table.has_value()}, authenticators,
                identity::LookupsIn(directory_store, user_store), clock),
      jwks_task(absl::Seconds(1), [this] { jwks.Tick(); }) {
  if (django_keys.has_value()) {
    django_keys_task.emplace(kKeyFileInterval, [this] { django_keys->Refresh(); });
  }
}

void IdentityBackend::RereadFiles() {
  if (!django_keys.has_value()) return;
  django_keys->TellAgain();
  django_keys_task->Poke();
}

IdentityBackend::~IdentityBackend() { database->Stop(); }

}  // namespace chatter::middleware
