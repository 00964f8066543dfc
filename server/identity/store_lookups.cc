#include "server/identity/store_lookups.h"

#include <utility>

namespace chatter::identity {

TenantLookups LookupsIn(store::TenantStore& store) {
  return {.by_schema =
              [&store](const SchemaName& schema, absl::Time deadline,
                       Callback<std::optional<Tenant>> done) {
                store.Find(schema, deadline, std::move(done));
              },
          .by_domain =
              [&store](const std::string& domain, absl::Time deadline,
                       Callback<std::optional<Tenant>> done) {
                store.FindByDomain(domain, deadline, std::move(done));
              }};
}

SessionLookup LookupIn(store::UserStore& store) {
  return [&store](const SchemaName& tenant, const Sha256Digest& token_digest, absl::Time deadline,
                  Callback<std::optional<Session>> done) {
    store.FindSession(tenant, token_digest, deadline, std::move(done));
  };
}

}  // namespace chatter::identity
