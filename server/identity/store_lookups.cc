#include "server/identity/store_lookups.h"

#include <utility>

namespace chatter::identity {

TenantLookups LookupsIn(store::TenantStore& store, store::LazyMigrator& migrator) {
  return {
      .by_schema =
          [&store](const SchemaName& schema, SteadyTime deadline,
                   Callback<std::optional<Tenant>> done) {
            store.Find(schema, deadline, std::move(done));
          },
      .by_domain =
          [&store](const std::vector<std::string>& spellings, SteadyTime deadline,
                   Callback<std::optional<Tenant>> done) {
            store.FindByDomain(spellings, deadline, std::move(done));
          },
      .prepare = [&migrator](const Tenant& tenant,
                             StatusCallback done) { migrator.Prepare(tenant, std::move(done)); }};
}

SessionLookups LookupsIn(store::SessionStore& store) {
  return {.find =
              [&store](const TenantKey& tenant, const Sha256Digest& token_digest,
                       SteadyTime deadline, Callback<std::optional<Session>> done) {
                store.Find(tenant, token_digest, deadline, std::move(done));
              },
          .find_ended =
              [&store](const TenantKey& tenant, const std::vector<Sha256Digest>& token_digests,
                       SteadyTime deadline, Callback<std::vector<size_t>> done) {
                store.FindEnded(tenant, token_digests, deadline, std::move(done));
              }};
}

ApiKeyLookup ApiKeyLookupIn(store::ServiceAccountStore& store) {
  return [&store](const std::vector<Sha256Digest>& digests, SteadyTime deadline,
                  Callback<std::vector<std::optional<ServiceIdentity>>> done) {
    store.FindByKeys(digests, deadline, std::move(done));
  };
}

CertificateLookups LookupsIn(store::ServiceAccountStore& store) {
  return {.find =
              [&store](const std::vector<std::string>& subject_names, SteadyTime deadline,
                       Callback<std::vector<ServiceIdentity>> done) {
                store.FindByCertificate(subject_names, deadline, std::move(done));
              },
          .find_again =
              [&store](const std::vector<std::string>& accounts, SteadyTime deadline,
                       Callback<std::vector<std::optional<ServiceIdentity>>> done) {
                store.Find(accounts, deadline, std::move(done));
              }};
}

UserLookup LookupIn(store::UserStore& store) {
  return [&store](const TenantKey& tenant, const std::string& user_id, SteadyTime deadline,
                  Callback<std::optional<User>> done) {
    store.Find(tenant, user_id, deadline, std::move(done));
  };
}

RecheckLookups LookupsIn(store::TenantStore& tenants, store::UserStore& users) {
  return {.tenants =
              [&tenants](const std::vector<SchemaName>& names, SteadyTime deadline,
                         Callback<std::vector<store::TenantStore::Checked>> done) {
                tenants.Check(names, deadline, std::move(done));
              },
          .inactive_users =
              [&users](const TenantKey& tenant, const std::vector<std::string>& user_ids,
                       SteadyTime deadline, Callback<std::vector<size_t>> done) {
                users.FindInactive(tenant, user_ids, deadline, std::move(done));
              }};
}

DjangoLookups LookupsIn(store::DjangoStore& store) {
  return {.find_session =
              [&store](const TenantKey& tenant, const std::string& session_key, SteadyTime deadline,
                       Callback<std::optional<std::string>> done) {
                store.FindSession(tenant, session_key, deadline, std::move(done));
              },
          .find_user =
              [&store](const TenantKey& tenant, const std::string& user_key, SteadyTime deadline,
                       Callback<std::optional<store::DjangoStore::User>> done) {
                store.FindUser(tenant, user_key, deadline, std::move(done));
              },
          .find_present =
              [&store](const TenantKey& tenant,
                       const std::vector<store::DjangoStore::KnownSession>& sessions,
                       const std::vector<std::string>& user_keys, SteadyTime deadline,
                       Callback<store::DjangoStore::Present> done) {
                store.FindPresent(tenant, sessions, user_keys, deadline, std::move(done));
              }};
}

JwtLookups LookupsIn(store::TokenIssuerStore& issuers, store::UserStore& users) {
  return {
      .find_issuer =
          [&issuers](const TenantKey& tenant, const std::string& issuer, SteadyTime deadline,
                     Callback<std::optional<TokenIssuer>> done) {
            issuers.Find(tenant.name, issuer, deadline, std::move(done));
          },
      .list_issuers =
          [&issuers](const TenantKey& tenant, SteadyTime deadline,
                     Callback<std::vector<TokenIssuer>> done) {
            issuers.List(tenant.name, deadline, std::move(done));
          },
      .find_user =
          [&users](const TenantKey& tenant, const std::string& user_id, SteadyTime deadline,
                   Callback<std::optional<User>> done) {
            users.Find(tenant, user_id, deadline, std::move(done));
          },
      .create_user =
          [&issuers](const TenantKey& tenant, const std::string& user_id,
                     const std::string& display_name, SteadyTime deadline, Callback<bool> done) {
            issuers.CreateUser(tenant, user_id, display_name, deadline, std::move(done));
          }};
}

}  // namespace chatter::identity
