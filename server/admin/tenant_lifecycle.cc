#include "server/admin/tenant_lifecycle.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/model/errors.h"
#include "server/model/field_mask.h"
#include "server/model/validate.h"

namespace chatter::admin {
namespace {

constexpr absl::Duration kDefaultGrace = absl::Hours(24 * 7);

absl::Status DeletedError() {
  return MakeError(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_TENANT_STATE,
                   "The tenant is deleted. Undelete it first.");
}

absl::Status GraceOverError() {
  return MakeError(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_TENANT_STATE,
                   "The tenant is deleted, and its grace is over. It can't be brought back.");
}

absl::Status DomainNotFoundError() {
  return MakeError(absl::StatusCode::kNotFound, v1::ERROR_REASON_DOMAIN_NOT_FOUND,
                   "The tenant has no such domain. See the tenant for those that it has.");
}

// Of a unique key that is taken: the domains'.
absl::Status DomainTakenError() {
  return MakeError(absl::StatusCode::kAlreadyExists, v1::ERROR_REASON_TENANT_EXISTS,
                   "A domain belongs to a tenant already. Choose another.");
}

// What the two fields are to be.
store::TenantChanges::Update ReadUpdate(const v1::UpdateTenantRequest& request,
                                        FieldViolations& violations) {
  store::TenantChanges::Update out;
  const v1::Tenant& tenant = request.tenant();
  const auto& mask = request.update_mask().paths();
  for (const std::string& field : ParseUpdateMask(tenant, {mask.begin(), mask.end()},
                                                  {"display_name", "domains"}, violations)) {
    if (field == "display_name") {
      AddProblem("tenant.display_name", DisplayNameProblem(tenant.display_name()), violations);
      out.display_name = tenant.display_name();
    } else {
      out.domains.emplace(tenant.domains().begin(), tenant.domains().end());
      ParseDomains(*out.domains, violations);
    }
  }
  return out;
}

// Refuses a change that didn't come about because the tenant is deleted.
Callback<Tenant> UnlessDeleted(Callback<Tenant> done) {
  return [done = std::move(done)](absl::StatusOr<Tenant> tenant) mutable {
    if (tenant.ok() && tenant->state == TenantState::kDeleted) return done(DeletedError());
    done(std::move(tenant));
  };
}

bool Has(const Tenant& tenant, const std::string& domain) {
  return std::find(tenant.domains.begin(), tenant.domains.end(), domain) != tenant.domains.end();
}

}  // namespace

Callback<std::optional<Tenant>> TenantLifecycle::Finish(const SchemaName& name,
                                                        std::vector<std::string> domains,
                                                        Callback<Tenant> done) {
  return [this, name, domains = std::move(domains),
          done = std::move(done)](absl::StatusOr<std::optional<Tenant>> changed) mutable {
    if (changed.ok() && changed->has_value()) {
      const std::vector<std::string>& now = (*changed)->domains;
      domains.insert(domains.end(), now.begin(), now.end());
    }
    // Whatever the answer: the change may have been made before it was lost.
    deps_.bus.Publish(bus::TenantChanged{name, std::move(domains)});
    if (absl::IsAlreadyExists(changed.status())) return done(DomainTakenError());
    if (!changed.ok()) return done(changed.status());
    if (!changed->has_value()) return done(UnknownTenantError());
    done(**std::move(changed));
  };
}

void TenantLifecycle::Change(const Administrator& caller, const v1::UpdateTenantRequest& request,
                             Callback<Tenant> done) {
  if (deps_.directory == Directory::kApplications) return done(TenantsReadOnlyError());
  FieldViolations violations;
  const auto name =
      ParseSchemaName("tenant.schema_name", request.tenant().schema_name(), violations);
  const store::TenantChanges::Update change = ReadUpdate(request, violations);
  if (!violations.empty()) return done(violations.ToStatus());
  deps_.changes.Change(*name, change, caller.deadline(),
                       [this, name = *name, done = UnlessDeleted(std::move(done))](
                           absl::StatusOr<store::TenantChanges::Updated> updated) mutable {
                         std::vector<std::string> removed;
                         if (updated.ok()) removed = std::move(updated->removed_domains);
                         auto finish = Finish(name, std::move(removed), std::move(done));
                         if (!updated.ok()) return finish(updated.status());
                         finish(std::move(updated->tenant));
                       });
}

void TenantLifecycle::RenameDomain(const Administrator& caller, std::string_view schema_name,
                                   std::string_view old_domain, std::string_view new_domain,
                                   Callback<Tenant> done) {
  if (deps_.directory == Directory::kApplications) return done(TenantsReadOnlyError());
  FieldViolations violations;
  const auto name = ParseSchemaName("schema_name", schema_name, violations);
  const auto from = ParseDomain("old_domain", old_domain, violations);
  const auto to = ParseDomain("new_domain", new_domain, violations);
  if (!violations.empty()) return done(violations.ToStatus());
  // One that had been renamed before an answer was lost is as it should be.
  auto check = [to = *to, done = std::move(done)](absl::StatusOr<Tenant> tenant) mutable {
    if (tenant.ok() && !Has(*tenant, to)) return done(DomainNotFoundError());
    done(std::move(tenant));
  };
  deps_.changes.RenameDomain(*name, *from, *to, caller.deadline(),
                             Finish(*name, {*from, *to}, UnlessDeleted(std::move(check))));
}

void TenantLifecycle::Suspend(const Administrator& caller, std::string_view schema_name,
                              const std::string& reason, Callback<Tenant> done) {
  FieldViolations violations;
  const auto name = ParseSchemaName("schema_name", schema_name, violations);
  AddProblem("reason", StateReasonProblem(reason), violations);
  if (!violations.empty()) return done(violations.ToStatus());
  deps_.tenants.Refresh({*name}, [this, name = *name, reason, deadline = caller.deadline(),
                                  done = std::move(done)]() mutable {
    deps_.changes.Suspend(name, reason, deadline, Finish(name, {}, UnlessDeleted(std::move(done))));
  });
}

void TenantLifecycle::Resume(const Administrator& caller, std::string_view schema_name,
                             Callback<Tenant> done) {
  FieldViolations violations;
  const auto name = ParseSchemaName("schema_name", schema_name, violations);
  if (!violations.empty()) return done(violations.ToStatus());
  deps_.changes.Resume(*name, caller.deadline(), Finish(*name, {}, UnlessDeleted(std::move(done))));
}

void TenantLifecycle::Delete(const Administrator& caller, std::string_view schema_name,
                             std::optional<absl::Duration> grace, Callback<Tenant> done) {
  FieldViolations violations;
  const auto name = ParseSchemaName("schema_name", schema_name, violations);
  AddProblem("grace", GraceProblem(grace.value_or(kDefaultGrace)), violations);
  if (!violations.empty()) return done(violations.ToStatus());
  deps_.changes.Delete(*name, grace.value_or(kDefaultGrace), caller.deadline(),
                       Finish(*name, {}, std::move(done)));
}

void TenantLifecycle::Undelete(const Administrator& caller, std::string_view schema_name,
                               Callback<Tenant> done) {
  FieldViolations violations;
  const auto name = ParseSchemaName("schema_name", schema_name, violations);
  if (!violations.empty()) return done(violations.ToStatus());
  auto check = [done = std::move(done)](absl::StatusOr<Tenant> tenant) mutable {
    if (tenant.ok() && tenant->state == TenantState::kDeleted) return done(GraceOverError());
    done(std::move(tenant));
  };
  deps_.changes.Undelete(*name, caller.deadline(), Finish(*name, {}, std::move(check)));
}

}  // namespace chatter::admin
