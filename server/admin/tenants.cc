#include "server/admin/tenants.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/base/secret_token.h"
#include "server/model/errors.h"
#include "server/model/host.h"
#include "server/model/validate.h"

namespace chatter::admin {
namespace {

constexpr PageSizes kPageSizes{.if_zero = 50, .max = 500};

absl::Status TooManyCreationsError() {
  return MakeRetryableError(absl::StatusCode::kResourceExhausted, v1::ERROR_REASON_OVERLOADED,
                            "Too many tenants are waiting to be made. Retry a little later.",
                            absl::Seconds(5));
}

// As which a directory may have this very domain.
std::vector<std::string> SpellingsOf(const std::string& domain) {
  std::vector<std::string> spellings = DomainSpellings(domain);
  std::erase_if(spellings,
                [&](const std::string& name) { return NormalizeDomain(name) != domain; });
  return spellings;
}

store::TenantStore::Filter ParseFilter(const v1::ListTenantsRequest& request,
                                       FieldViolations& violations) {
  store::TenantStore::Filter filter{.name_prefix = request.schema_name_prefix()};
  AddProblem("schema_name_prefix", SchemaNamePrefixProblem(filter.name_prefix), violations);
  if (!request.domain().empty()) {
    const auto domain = ParseDomain("domain", request.domain(), violations);
    if (domain.has_value()) filter.domain_spellings = SpellingsOf(*domain);
  }
  if (request.state() != v1::TENANT_STATE_UNSPECIFIED) {
    filter.state = static_cast<TenantState>(request.state());  // the numbers are the same
  }
  return filter;
}

// The account of the first key gets the tenant's name, and accounts may have fewer names. (That the
// administrator's name is taken is said where it shows.)
std::string_view FirstKeyProblem(std::string_view name) {
  if (name == kAdministratorName || ServiceAccountNameProblem(name).empty()) return {};
  return "must be false: a service account can't have the tenant's name. Make one of another name, "
         "and a key by `CreateApiKey`";
}

}  // namespace

absl::Status UnknownTenantError() {
  return MakeError(absl::StatusCode::kNotFound, v1::ERROR_REASON_TENANT_NOT_FOUND,
                   "There is no such tenant.");
}

absl::Status TenantsReadOnlyError() {
  return MakeError(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_TENANTS_READ_ONLY,
                   "Tenants and their domains are read from the application's own tables. Write "
                   "them there.");
}

void Tenants::Create(const Administrator& caller, NewTenant request, Callback<Made> done) {
  Make(caller, std::move(request), /*attach=*/false, std::move(done));
}

void Tenants::Attach(const Administrator& caller, NewTenant request, Callback<Made> done) {
  Make(caller, std::move(request), /*attach=*/true, std::move(done));
}

void Tenants::Make(const Administrator& caller, NewTenant request, bool attach,
                   Callback<Made> done) {
  if (deps_.directory == Directory::kApplications) return done(TenantsReadOnlyError());
  FieldViolations violations;
  const auto name = ParseSchemaName("tenant.schema_name", request.schema_name, violations);
  AddProblem("tenant.display_name", DisplayNameProblem(request.display_name), violations);
  ParseDomains(request.domains, violations);
  if (name.has_value() && request.with_key) {
    AddProblem("create_api_key", FirstKeyProblem(name->text()), violations);
  }
  if (!violations.empty()) return done(violations.ToStatus());

  if (waiting_creations_.fetch_add(1) >= kMaxWaitingCreations) {
    --waiting_creations_;
    return done(TooManyCreationsError());
  }
  creations_.Post([this, deadline = caller.deadline(), attach, with_key = request.with_key,
                   tenant = Tenant{.schema_name = *name,
                                   .display_name = std::move(request.display_name),
                                   .domains = std::move(request.domains),
                                   .created_at = {}},
                   done = std::move(done)]() mutable {
    --waiting_creations_;
    done(MakeNow(tenant, with_key, attach, deadline));
  });
}

absl::StatusOr<Tenants::Made> Tenants::MakeNow(const Tenant& tenant, bool with_key, bool attach,
                                               SteadyTime deadline) {
  if (draining_) return DrainingError();
  // The caller has left: others wait.
  if (deps_.clock.Steady() >= deadline) return TooManyCreationsError();
  std::string secret = with_key ? GenerateToken(kApiKeyPrefix) : "";
  const auto digest = with_key ? std::optional(Sha256(secret)) : std::nullopt;
  auto tenant_made =
      attach ? deps_.maker.Attach(tenant, digest) : deps_.maker.Create(tenant, digest);
  if (!tenant_made.ok()) return tenant_made.status();
  // That there was no such tenant may be remembered.
  deps_.bus.Publish(bus::TenantChanged{tenant_made->schema_name, tenant_made->domains});
  Made made{.tenant = *std::move(tenant_made), .key = {}, .secret = std::move(secret)};
  if (with_key) {
    made.key = ApiKey{.digest = *digest,
                      .account = made.tenant.schema_name.text(),
                      .created_at = made.tenant.created_at};
  }
  return made;
}

void Tenants::Find(const SchemaName& schema, SteadyTime deadline, Callback<Tenant> done) {
  deps_.tenants.Find(schema, deadline,
                     Then(std::move(done), [](std::optional<Tenant> found, auto& answer) {
                       if (!found.has_value()) return answer(UnknownTenantError());
                       answer(*std::move(found));
                     }));
}

void Tenants::Get(const Administrator& caller, std::string_view schema_name,
                  Callback<Tenant> done) {
  FieldViolations violations;
  const auto name = ParseSchemaName("schema_name", schema_name, violations);
  if (!violations.empty()) return done(violations.ToStatus());
  Find(*name, caller.deadline(), std::move(done));
}

void Tenants::List(const Administrator& caller, const v1::ListTenantsRequest& request,
                   Callback<Page<Tenant>> done) {
  FieldViolations violations;
  const Pager<std::string> pager(caller, request, kPageSizes, violations);
  const store::TenantStore::Filter filter = ParseFilter(request, violations);
  if (!violations.empty()) return done(violations.ToStatus());

  deps_.tenants.List(
      filter, pager.After<std::string>().value_or(""), pager.limit(), caller.deadline(),
      Then(std::move(done), [pager](std::vector<Tenant> tenants, auto& answer) {
        answer(pager.Cut(std::move(tenants),
                         [](const Tenant& last) { return last.schema_name.text(); }));
      }));
}

}  // namespace chatter::admin
