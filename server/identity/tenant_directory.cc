#include "server/identity/tenant_directory.h"

#include <memory>

#include "server/identity/host.h"
#include "server/model/errors.h"

namespace chatter::identity {
namespace {

// The same for names that can't be: what was asked for is hostile text as likely as not, and isn't
// repeated.
absl::Status TenantNotFoundError() {
  return MakeError(absl::StatusCode::kNotFound, v1::ERROR_REASON_TENANT_NOT_FOUND,
                   "There is no such tenant. Name one in the metadata x-chatter-tenant, or call "
                   "one of its domains.");
}

absl::Status TenantRequiredError() {
  return MakeError(absl::StatusCode::kInvalidArgument, v1::ERROR_REASON_TENANT_REQUIRED,
                   "The call names no tenant. Name one in the metadata x-chatter-tenant.");
}

}  // namespace

TenantDirectory::TenantDirectory(Options options, TenantLookups lookups, const Clock& clock)
    : single_schema_(std::move(options.single_schema)),
      cache_(options.cache, MakeLoader(std::move(lookups)), clock) {}

void TenantDirectory::Resolve(const TenantHint& hint, Callback<ResolvedTenant> done) {
  if (single_schema_.has_value()) return ResolveSingle(hint, std::move(done));
  Key key;
  if (hint.name.has_value()) {
    const auto schema = SchemaName::Parse(*hint.name);
    if (!schema.has_value()) return done(TenantNotFoundError());
    key = {.is_domain = false, .text = schema->text()};
  } else if (hint.host.has_value()) {
    const auto domain = NormalizeHost(*hint.host);
    if (!domain.has_value()) return done(TenantNotFoundError());
    key = {.is_domain = true, .text = *domain};
  } else {
    return done(TenantRequiredError());
  }
  cache_.Get(key,
             [done = std::move(done)](absl::StatusOr<std::optional<SchemaName>> found) mutable {
               if (!found.ok()) return done(found.status());
               if (!found->has_value()) return done(TenantNotFoundError());
               done(ResolvedTenant{.schema_name = **found, .multitenant = true});
             });
}

void TenantDirectory::ResolveSingle(const TenantHint& hint, Callback<ResolvedTenant> done) const {
  if (hint.name.has_value() && *hint.name != single_schema_->text()) {
    return done(TenantNotFoundError());
  }
  done(ResolvedTenant{.schema_name = *single_schema_, .multitenant = false});
}

void TenantDirectory::Forget(const Tenant& tenant) {
  cache_.Forget({.is_domain = false, .text = tenant.schema_name.text()});
  for (const std::string& domain : tenant.domains) {
    cache_.Forget({.is_domain = true, .text = domain});
  }
}

TenantDirectory::Cache::Loader TenantDirectory::MakeLoader(TenantLookups lookups) {
  return [lookups = std::move(lookups)](const Key& key, absl::Time deadline,
                                        Callback<std::optional<SchemaName>> done) {
    auto keep_name = [done = std::move(done)](absl::StatusOr<std::optional<Tenant>> found) mutable {
      if (!found.ok()) return done(found.status());
      if (!found->has_value()) return done(std::optional<SchemaName>());
      done(std::optional<SchemaName>((*found)->schema_name));
    };
    if (key.is_domain) {
      lookups.by_domain(key.text, deadline, std::move(keep_name));
    } else {
      lookups.by_schema(*SchemaName::Parse(key.text), deadline, std::move(keep_name));
    }
  };
}

}  // namespace chatter::identity
