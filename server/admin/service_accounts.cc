#include "server/admin/service_accounts.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "server/base/secret_token.h"
#include "server/model/errors.h"
#include "server/model/validate.h"

namespace chatter::admin {
namespace {

constexpr PageSizes kPageSizes{.if_zero = 50, .max = 500};
constexpr size_t kMaxTenants = 100;
constexpr size_t kMaxServices = 50;
constexpr size_t kMaxCertificateNames = 20;
constexpr size_t kMaxNameBytes = 256;  // of a service or in a certificate
constexpr std::string_view kEverything = "*";

absl::Status AccountNotFoundError() {
  return MakeError(absl::StatusCode::kNotFound, v1::ERROR_REASON_SERVICE_ACCOUNT_NOT_FOUND,
                   "There is no such service account.");
}

absl::Status KeyNotFoundError() {
  return MakeError(absl::StatusCode::kNotFound, v1::ERROR_REASON_API_KEY_NOT_FOUND,
                   "There is no such API key, or it has ended.");
}

absl::Status TooManyKeysError() {
  return MakeError(
      absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_TOO_MANY_API_KEYS,
      absl::StrCat("The service account has ", store::ServiceAccountStore::kMaxKeysPerAccount,
                   " keys, which is as many as it may have. Revoke one."));
}

absl::Status CertificateExistsError() {
  return MakeError(absl::StatusCode::kAlreadyExists, v1::ERROR_REASON_CERTIFICATE_EXISTS,
                   "One of the certificate names stands for another service account.");
}

std::string_view KeyTtlProblem(absl::Duration ttl) {
  if (ttl >= absl::Seconds(1) && ttl <= absl::Hours(24) * 3'650) return {};
  return "must be 1 second to 3650 days";
}

bool IsSchemaName(const std::string& text) { return SchemaName::Parse(text).has_value(); }

bool IsServiceName(const std::string& text) {
  return text.size() <= kMaxNameBytes && !text.empty() &&
         std::all_of(text.begin(), text.end(), [](unsigned char c) {
           return absl::ascii_isalnum(c) || c == '_' || c == '.';
         });
}

bool IsCertificateName(const std::string& text) {
  return text.size() <= kMaxNameBytes && !text.empty() &&
         std::all_of(text.begin(), text.end(),
                     [](unsigned char c) { return absl::ascii_isprint(c); });
}

// Checks each entry, and that there are no two the same.
void CheckEntries(std::string_view field, const std::vector<std::string>& entries,
                  bool (*is_right)(const std::string&), std::string_view what,
                  FieldViolations& violations) {
  for (auto entry = entries.begin(); entry != entries.end(); ++entry) {
    const std::string path = absl::StrCat(absl::string_view(field.data(), field.size()), "[",
                                          entry - entries.begin(), "]");
    if (!is_right(*entry)) violations.Add(path, what);
    if (std::find(entries.begin(), entry, *entry) != entry) {
      violations.Add(path, "must differ from those before it");
    }
  }
}

// A list of what an account may do something with: names, or "*" alone.
void CheckScopeList(std::string_view field, const std::vector<std::string>& entries, size_t max,
                    bool (*is_right)(const std::string&), std::string_view what,
                    FieldViolations& violations) {
  if (entries.size() == 1 && entries.front() == kEverything) return;
  if (entries.empty() || entries.size() > max) {
    return violations.Add(field, absl::StrCat("must be 1 to ", max, " names, or `*` alone"));
  }
  CheckEntries(field, entries, is_right, what, violations);
}

void CheckAccount(const ServiceAccount& account, FieldViolations& violations) {
  AddProblem("service_account.name", ServiceAccountNameProblem(account.name), violations);
  CheckScopeList("service_account.tenants", account.scope.tenants, kMaxTenants, IsSchemaName,
                 "must be a tenant's schema name", violations);
  CheckScopeList("service_account.services", account.scope.services, kMaxServices, IsServiceName,
                 "must be a service's full name, such as chatter.v1.RoomService", violations);
  constexpr std::string_view kNames = "service_account.certificate_names";
  if (account.certificate_names.size() > kMaxCertificateNames) {
    violations.Add(kNames, absl::StrCat("must be at most ", kMaxCertificateNames, " names"));
    return;
  }
  CheckEntries(kNames, account.certificate_names, IsCertificateName,
               "must be 1 to 256 bytes of printable ASCII", violations);
}

}  // namespace

void ServiceAccounts::Set(const Administrator& caller, const ServiceAccount& account,
                          Callback<ServiceAccount> done) {
  FieldViolations violations;
  CheckAccount(account, violations);
  if (!violations.empty()) return done(violations.ToStatus());
  std::vector<SchemaName> tenants;
  for (const std::string& tenant : account.scope.tenants) {
    if (const auto name = SchemaName::Parse(tenant)) tenants.push_back(*name);
  }
  auto stored = [this, done = std::move(done)](absl::StatusOr<ServiceAccount> account_now) mutable {
    bus_.Publish(bus::ServiceAccountsChanged{});
    if (absl::IsAlreadyExists(account_now.status())) return done(CertificateExistsError());
    done(std::move(account_now));
  };
  directory_.Refresh(
      tenants, [this, account, deadline = caller.deadline(), stored = std::move(stored)]() mutable {
        store_.Set(account, deadline, std::move(stored));
      });
}

void ServiceAccounts::List(const Administrator& caller,
                           const v1::ListServiceAccountsRequest& request,
                           Callback<Page<ServiceAccount>> done) {
  FieldViolations violations;
  const Pager<std::string> pager(caller, request, kPageSizes, violations);
  if (!violations.empty()) return done(violations.ToStatus());
  store_.List(pager.After<std::string>().value_or(""), pager.limit(), caller.deadline(),
              Then(std::move(done), [pager](std::vector<ServiceAccount> accounts, auto& answer) {
                answer(pager.Cut(std::move(accounts),
                                 [](const ServiceAccount& last) { return last.name; }));
              }));
}

void ServiceAccounts::Delete(const Administrator& caller, const std::string& name,
                             Callback<Done> done) {
  FieldViolations violations;
  AddProblem("name", ServiceAccountNameProblem(name), violations);
  if (!violations.empty()) return done(violations.ToStatus());
  store_.Delete(name, caller.deadline(),
                [this, done = std::move(done)](absl::StatusOr<bool> deleted) mutable {
                  bus_.Publish(bus::ServiceAccountsChanged{});
                  if (!deleted.ok()) return done(std::move(deleted).status());
                  if (!*deleted) return done(AccountNotFoundError());
                  done(Done{});
                });
}

void ServiceAccounts::CreateKey(const Administrator& caller, const NewKey& request,
                                Callback<CreatedKey> done) {
  FieldViolations violations;
  AddProblem("account", ServiceAccountNameProblem(request.account), violations);
  if (request.ttl.has_value()) AddProblem("ttl", KeyTtlProblem(*request.ttl), violations);
  if (request.overlap.has_value()) {
    AddProblem("overlap", GraceProblem(*request.overlap), violations);
  }
  if (!violations.empty()) return done(violations.ToStatus());

  std::string secret = GenerateToken(kApiKeyPrefix);
  const Sha256Digest digest = Sha256(secret);
  store_.CreateKey({.digest = digest,
                    .account = request.account,
                    .ttl = request.ttl.value_or(absl::InfiniteDuration()),
                    .overlap = request.overlap.value_or(absl::InfiniteDuration())},
                   caller.deadline(),
                   [this, secret = std::move(secret), done = std::move(done)](
                       absl::StatusOr<store::ServiceAccountStore::CreatedKey> created) mutable {
                     bus_.Publish(bus::ServiceAccountsChanged{});
                     if (!created.ok()) return done(std::move(created).status());
                     if (!created->account_found) return done(AccountNotFoundError());
                     if (!created->key.has_value()) return done(TooManyKeysError());
                     done(CreatedKey{.key = *std::move(created->key), .secret = std::move(secret)});
                   });
}

void ServiceAccounts::ListKeys(const Administrator& caller, const std::string& account,
                               Callback<std::vector<ApiKey>> done) {
  FieldViolations violations;
  AddProblem("account", ServiceAccountNameProblem(account), violations);
  if (!violations.empty()) return done(violations.ToStatus());
  store_.ListKeys(account, caller.deadline(),
                  Then(std::move(done), [](std::optional<std::vector<ApiKey>> keys, auto& answer) {
                    if (!keys.has_value()) return answer(AccountNotFoundError());
                    answer(*std::move(keys));
                  }));
}

void ServiceAccounts::RevokeKey(const Administrator& caller, std::string_view key_id,
                                Callback<Done> done) {
  FieldViolations violations;
  const auto digest = ParseDigest("id", key_id, violations);
  if (!violations.empty()) return done(violations.ToStatus());
  store_.RevokeKey(*digest, caller.deadline(),
                   [this, done = std::move(done)](absl::StatusOr<bool> revoked) mutable {
                     bus_.Publish(bus::ServiceAccountsChanged{});
                     if (!revoked.ok()) return done(std::move(revoked).status());
                     if (!*revoked) return done(KeyNotFoundError());
                     done(Done{});
                   });
}

}  // namespace chatter::admin
