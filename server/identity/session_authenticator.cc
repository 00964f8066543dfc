#include "server/identity/session_authenticator.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "server/base/secret_token.h"
#include "server/model/errors.h"

namespace chatter::identity {
namespace {

// A principal's proof is its session's digest, as bytes.
std::string ProofOf(const Sha256Digest& digest) { return {digest.begin(), digest.end()}; }

Sha256Digest DigestIn(std::string_view proof) {
  Sha256Digest digest{};
  std::copy_n(proof.begin(), std::min(proof.size(), digest.size()), digest.begin());
  return digest;
}

constexpr std::string_view kNoSession =
    "the tenant has no session with this token that holds: it has ended, or is another tenant's";

}  // namespace

absl::Status SessionAuthenticator::Refuse(const TenantKey& tenant, std::string_view check) {
  refusals_.Report(tenant, check, clock_.Steady());
  return CredentialInvalidError();
}

void SessionAuthenticator::Authenticate(const std::optional<TenantKey>& tenant,
                                        const Credential& credential, SteadyTime deadline,
                                        Callback<std::optional<Principal>> done) {
  if (credential.form != Credential::Form::kBearer ||
      !credential.text.starts_with(kSessionTokenPrefix)) {
    return done(std::optional<Principal>());
  }
  const auto digest = TokenDigest(kSessionTokenPrefix, credential.text);
  if (!digest.has_value()) {
    return done(tenant.has_value() ? Refuse(*tenant, "the token isn't whole")
                                   : CredentialInvalidError());
  }
  if (!tenant.has_value()) {
    return done(MakeError(absl::StatusCode::kPermissionDenied,
                          v1::ERROR_REASON_CREDENTIAL_NOT_ALLOWED,
                          "A user's session can't do this: the administrator's key is needed."));
  }
  lookups_.find(
      *tenant, *digest, deadline,
      Then(std::move(done), [this, tenant = *tenant](std::optional<Session> found, auto& answer) {
        if (!found.has_value()) return answer(Refuse(tenant, kNoSession));
        if (!found->user_active) {
          refusals_.Report(tenant, "its user is deactivated", clock_.Steady());
          return answer(UserDeactivatedError());
        }
        Principal principal;
        principal.credential = CredentialKind::kSession;
        principal.user_id = std::move(found->user_id);
        principal.expires_at = found->expires_at;
        principal.proof = ProofOf(found->token_digest);
        answer(std::optional<Principal>(std::move(principal)));
      }));
}

void SessionAuthenticator::Recheck(const TenantKey& tenant, std::vector<Principal> held,
                                   SteadyTime deadline, Callback<std::vector<size_t>> done) {
  std::vector<Sha256Digest> digests;
  digests.reserve(held.size());
  for (const Principal& principal : held) digests.push_back(DigestIn(principal.proof));
  lookups_.find_ended(tenant, std::move(digests), deadline, std::move(done));
}

}  // namespace chatter::identity
