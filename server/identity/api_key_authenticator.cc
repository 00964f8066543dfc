#include "server/identity/api_key_authenticator.h"

#include <algorithm>
#include <string>

#include "server/base/secret_token.h"
#include "server/identity/service_principal.h"

namespace chatter::identity {

absl::Status ApiKeyAuthenticator::Refuse(const TenantKey& tenant, std::string_view check) {
  refusals_.Report(tenant, check, clock_.Steady());
  return CredentialInvalidError();
}

void ApiKeyAuthenticator::Authenticate(const std::optional<TenantKey>& tenant,
                                       const Credential& credential, SteadyTime deadline,
                                       Callback<std::optional<Principal>> done) {
  if (credential.form != Credential::Form::kBearer || !credential.text.starts_with(kApiKeyPrefix)) {
    return done(std::optional<Principal>());
  }
  const auto digest = TokenDigest(kApiKeyPrefix, credential.text);
  if (!digest.has_value()) {
    return done(tenant.has_value() ? Refuse(*tenant, "the key isn't whole")
                                   : CredentialInvalidError());
  }
  if (!tenant.has_value()) return done(ServiceNotAllowedError());
  lookup_({*digest}, deadline,
          Then(std::move(done), [this, tenant = *tenant, digest = *digest](
                                    const std::vector<std::optional<ServiceIdentity>>& found,
                                    auto& answer) mutable {
            if (!found.front().has_value()) {
              return answer(Refuse(tenant, "no service account has such a key that holds"));
            }
            auto principal = MakeServicePrincipal(CredentialKind::kApiKey, tenant, *found.front(),
                                                  std::string(digest.begin(), digest.end()));
            if (!principal.ok()) {
              return answer(Refuse(tenant, "its service account isn't for this tenant"));
            }
            answer(std::optional<Principal>(*std::move(principal)));
          }));
}

void ApiKeyAuthenticator::Recheck(const TenantKey& /*tenant*/, std::vector<Principal> held,
                                  SteadyTime deadline, Callback<std::vector<size_t>> done) {
  std::vector<Sha256Digest> digests(held.size());
  for (size_t place = 0; place < held.size(); ++place) {
    const std::string_view key = KeyOf(held[place]);
    std::copy_n(key.begin(), std::min(key.size(), digests[place].size()), digests[place].begin());
  }
  lookup_(std::move(digests), deadline,
          Then(std::move(done), [held = std::move(held)](
                                    const std::vector<std::optional<ServiceIdentity>>& found,
                                    auto& answer) mutable { answer(FindChanged(held, found)); }));
}

}  // namespace chatter::identity
