#include "server/identity/client_certificate_authenticator.h"

#include "absl/strings/str_split.h"
#include "server/identity/service_principal.h"

namespace chatter::identity {

void ClientCertificateAuthenticator::Authenticate(const std::optional<TenantKey>& tenant,
                                                  const Credential& credential, SteadyTime deadline,
                                                  Callback<std::optional<Principal>> done) {
  if (credential.form != Credential::Form::kCertificate) return done(std::optional<Principal>());
  if (!tenant.has_value()) return done(ServiceNotAllowedError());
  lookups_.find(absl::StrSplit(credential.text, '\n'), deadline,
                Then(std::move(done), [tenant = *tenant](std::vector<ServiceIdentity> found,
                                                         auto& answer) mutable {
                  if (found.size() != 1) return answer(CredentialInvalidError());
                  const std::string account = found.front().account;
                  auto principal = MakeServicePrincipal(CredentialKind::kClientCertificate, tenant,
                                                        std::move(found.front()), account);
                  if (!principal.ok()) return answer(principal.status());
                  answer(std::optional<Principal>(*std::move(principal)));
                }));
}

void ClientCertificateAuthenticator::Recheck(const TenantKey& /*tenant*/,
                                             std::vector<Principal> held, SteadyTime deadline,
                                             Callback<std::vector<size_t>> done) {
  std::vector<std::string> accounts;
  accounts.reserve(held.size());
  for (const Principal& principal : held) accounts.emplace_back(KeyOf(principal));
  lookups_.find_again(
      std::move(accounts), deadline,
      Then(std::move(done),
           [held = std::move(held)](const std::vector<std::optional<ServiceIdentity>>& found,
                                    auto& answer) mutable { answer(FindChanged(held, found)); }));
}

}  // namespace chatter::identity
