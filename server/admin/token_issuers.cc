#include "server/admin/token_issuers.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/base/text.h"
#include "server/identity/jwk_set.h"
#include "server/identity/jwks_source.h"
#include "server/identity/jwt.h"
#include "server/model/errors.h"
#include "server/model/validate.h"

namespace chatter::admin {
namespace {

absl::Status TenantNotFoundError() {
  return MakeError(absl::StatusCode::kNotFound, v1::ERROR_REASON_TENANT_NOT_FOUND,
                   "There is no such tenant.");
}

absl::Status IssuerNotFoundError() {
  return MakeError(absl::StatusCode::kNotFound, v1::ERROR_REASON_TOKEN_ISSUER_NOT_FOUND,
                   "The tenant accepts no tokens of this issuer.");
}

absl::Status TooManyIssuersError() {
  FieldViolations violations;
  violations.Add("token_issuer.issuer", absl::StrCat("must be one of those that the tenant has, of "
                                                     "which there are ",
                                                     TokenIssuers::kMaxIssuers, " already"));
  return violations.ToStatus();
}

std::string_view IssuerNameProblem(std::string_view name) {
  if (identity::IsIssuerName(name)) return {};
  return "must be 1 to 512 bytes of UTF-8 without control characters";
}

std::string_view UserClaimProblem(std::string_view name) {
  constexpr size_t kMaxBytes = 64;
  if (name.size() <= kMaxBytes && IsUtf8(name) && !HasControlCharacters(name)) return {};
  return "must be at most 64 bytes of UTF-8 without control characters";
}

// All of the keys must be of use: whoever sets them here wants to use them.
void CheckInlineKeys(const std::string& jwks, FieldViolations& violations) {
  constexpr std::string_view kField = "token_issuer.jwks";
  const auto keys = identity::JwkSet::Parse(jwks, identity::JwkSet::Secrets::kRefused);
  if (!keys.ok()) {
    const absl::string_view problem = keys.status().message();
    return violations.Add(kField, absl::StrCat("can't be used: ", problem));
  }
  for (const std::string& problem : keys->problems()) {
    violations.Add(kField, absl::StrCat("can't be used: ", problem));
  }
  if (keys->keys().empty() && keys->problems().empty()) violations.Add(kField, "must hold a key");
}

void CheckIssuer(const TokenIssuer& issuer, FieldViolations& violations) {
  AddProblem("token_issuer.issuer", IssuerNameProblem(issuer.issuer), violations);
  AddProblem("token_issuer.audience", IssuerNameProblem(issuer.audience), violations);
  AddProblem("token_issuer.user_claim", UserClaimProblem(issuer.user_claim), violations);
  if (issuer.jwks.empty() == issuer.jwks_uri.empty()) {
    violations.Add("token_issuer.keys", "must be `jwks` or `jwks_uri`");
  } else if (issuer.jwks_uri.empty()) {
    CheckInlineKeys(issuer.jwks, violations);
  } else {
    AddProblem("token_issuer.jwks_uri", identity::JwksUriProblem(issuer.jwks_uri), violations);
  }
}

}  // namespace

void TokenIssuers::FindTenant(const SchemaName& schema, SteadyTime deadline,
                              Callback<Tenant> done) {
  tenants_.Find(schema, deadline,
                Then(std::move(done), [](std::optional<Tenant> found, auto& answer) {
                  if (!found.has_value()) return answer(TenantNotFoundError());
                  answer(*std::move(found));
                }));
}

void TokenIssuers::Set(const Administrator& caller, std::string_view schema_name,
                       TokenIssuer issuer, Callback<TokenIssuer> done) {
  FieldViolations violations;
  const auto name = ParseSchemaName("schema_name", schema_name, violations);
  CheckIssuer(issuer, violations);
  if (!violations.empty()) return done(violations.ToStatus());

  directory_.Refresh({*name}, [this, name = *name, issuer = std::move(issuer),
                               deadline = caller.deadline(), done = std::move(done)]() mutable {
    FindTenant(name, deadline,
               Then(std::move(done), [this, issuer = std::move(issuer), deadline](
                                         const Tenant& tenant, auto& answer) mutable {
                 Store(tenant, issuer, deadline, std::move(answer));
               }));
  });
}

void TokenIssuers::Store(const Tenant& tenant, const TokenIssuer& issuer, SteadyTime deadline,
                         Callback<TokenIssuer> done) {
  issuers_.Set(tenant.schema_name, issuer, kMaxIssuers, deadline,
               Then(std::move(done), [](std::optional<TokenIssuer> stored, auto& answer) {
                 if (!stored.has_value()) return answer(TooManyIssuersError());
                 answer(*std::move(stored));
               }));
}

void TokenIssuers::List(const Administrator& caller, std::string_view schema_name,
                        Callback<std::vector<TokenIssuer>> done) {
  FieldViolations violations;
  const auto name = ParseSchemaName("schema_name", schema_name, violations);
  if (!violations.empty()) return done(violations.ToStatus());

  FindTenant(*name, caller.deadline(),
             Then(std::move(done),
                  [this, deadline = caller.deadline()](const Tenant& tenant, auto& answer) mutable {
                    issuers_.List(tenant.schema_name, deadline, std::move(answer));
                  }));
}

void TokenIssuers::Delete(const Administrator& caller, std::string_view schema_name,
                          std::string issuer, Callback<Deleted> done) {
  FieldViolations violations;
  const auto name = ParseSchemaName("schema_name", schema_name, violations);
  AddProblem("issuer", IssuerNameProblem(issuer), violations);
  if (!violations.empty()) return done(violations.ToStatus());

  FindTenant(*name, caller.deadline(),
             Then(std::move(done), [this, issuer = std::move(issuer), deadline = caller.deadline()](
                                       const Tenant& tenant, auto& answer) mutable {
               issuers_.Delete(tenant.schema_name, issuer, deadline,
                               [done = std::move(answer)](absl::StatusOr<bool> deleted) mutable {
                                 if (!deleted.ok()) return done(std::move(deleted).status());
                                 if (!*deleted) return done(IssuerNotFoundError());
                                 done(Deleted{});
                               });
             }));
}

}  // namespace chatter::admin
