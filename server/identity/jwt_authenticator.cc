#include "server/identity/jwt_authenticator.h"

#include <string_view>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "server/model/errors.h"

namespace chatter::identity {
namespace {

constexpr size_t kMaxParsed = 1'000;

// The claim that is the user's id.
std::string_view UserClaimOf(const TokenIssuer& issuer) {
  return issuer.user_claim.empty() ? std::string_view("sub") : issuer.user_claim;
}

// A principal's proof stands for what the tenant accepted: this key, of this issuer, for this
// audience, or perhaps none, and this claim as the user. None of the texts holds a NUL.
std::string ProofOf(const TokenIssuer& issuer, const JwsKey& key) {
  std::string text = issuer.issuer;
  for (const std::string_view part : {std::string_view(issuer.audience), UserClaimOf(issuer),
                                      std::string_view(issuer.audience_may_be_absent ? "?" : "")}) {
    text.push_back('\0');
    text.append(part);
  }
  text.push_back('\0');
  text.append(key.thumbprint().begin(), key.thumbprint().end());
  const Sha256Digest digest = Sha256(text);
  return {digest.begin(), digest.end()};
}

}  // namespace

// One token on its way through the lookups.
struct JwtAuthenticator::Attempt {
  std::shared_ptr<Parts> parts;
  TenantKey tenant;
  Jwt jwt;
  SteadyTime deadline;
  Callback<std::optional<Principal>> done;
  std::string user_id = {};
  std::string proof = {};

  void Refuse(std::string_view check, absl::Status error = CredentialInvalidError()) {
    parts->refusals.Report(tenant, check, parts->clock.Steady());
    done(std::move(error));
  }
  void Refuse(const absl::Status& check) {
    Refuse(std::string_view(check.message().data(), check.message().size()));
  }
};

JwtAuthenticator::JwtAuthenticator(JwtLookups lookups, JwksCache& keys, absl::Duration leeway,
                                   const Clock& clock)
    : parts_(new Parts{
          .lookups = std::move(lookups), .keys = keys, .leeway = leeway, .clock = clock}) {}

JwkSetPtr JwtAuthenticator::Parts::StoredKeys(const std::string& jwks) {
  const Sha256Digest digest = Sha256(jwks);
  {
    MutexLock lock(mu);
    const auto found = parsed.find(digest);
    if (found != parsed.end()) return found->second;
  }
  auto set = JwkSet::Parse(jwks, JwkSet::Secrets::kRefused);
  if (!set.ok()) return nullptr;  // not by us into the table
  auto made = std::make_shared<const JwkSet>(*std::move(set));
  MutexLock lock(mu);
  if (parsed.size() >= kMaxParsed) parsed.clear();
  parsed.emplace(digest, made);
  return made;
}

void JwtAuthenticator::Parts::KeysOf(const TokenIssuer& issuer, const JwksCache::Wanted& wanted,
                                     SteadyTime deadline, Callback<JwkSetPtr> done) {
  if (!issuer.jwks_uri.empty()) {
    return keys.Get(issuer.jwks_uri, wanted, deadline, std::move(done));
  }
  JwkSetPtr stored = StoredKeys(issuer.jwks);
  if (stored == nullptr) return done(CredentialInvalidError());
  done(std::move(stored));
}

std::vector<size_t> JwtAuthenticator::Parts::FindGone(const std::vector<TokenIssuer>& issuers,
                                                      const std::vector<Principal>& held) {
  absl::flat_hash_set<std::string> accepted;
  for (const TokenIssuer& issuer : issuers) {
    const std::optional<JwkSetPtr> set =
        issuer.jwks_uri.empty() ? StoredKeys(issuer.jwks) : keys.Peek(issuer.jwks_uri);
    if (!set.has_value()) return {};  // whose keys these are can't be told yet
    if (*set == nullptr) continue;
    for (const JwsKey& key : (*set)->keys()) accepted.insert(ProofOf(issuer, key));
  }
  std::vector<size_t> gone;
  for (size_t place = 0; place < held.size(); ++place) {
    if (!accepted.contains(held[place].proof)) gone.push_back(place);
  }
  return gone;
}

void JwtAuthenticator::Authenticate(const std::optional<TenantKey>& tenant,
                                    const Credential& credential, SteadyTime deadline,
                                    Callback<std::optional<Principal>> done) {
  if (credential.form != Credential::Form::kBearer || !LooksLikeJwt(credential.text)) {
    return done(std::optional<Principal>());
  }
  if (!tenant.has_value()) {
    return done(MakeError(absl::StatusCode::kPermissionDenied,
                          v1::ERROR_REASON_CREDENTIAL_NOT_ALLOWED,
                          "A user's token can't do this: the administrator's key is needed."));
  }
  absl::StatusOr<Jwt> jwt = ParseJwt(credential.text);
  const absl::Status problem = jwt.status();
  auto attempt = std::make_shared<Attempt>(Attempt{.parts = parts_,
                                                   .tenant = *tenant,
                                                   .jwt = jwt.ok() ? *std::move(jwt) : Jwt(),
                                                   .deadline = deadline,
                                                   .done = std::move(done)});
  if (!problem.ok()) return attempt->Refuse(problem);
  parts_->lookups.find_issuer(*tenant, attempt->jwt.issuer, deadline,
                              [attempt](absl::StatusOr<std::optional<TokenIssuer>> found) {
                                if (!found.ok()) return attempt->done(found.status());
                                if (!found->has_value()) {
                                  return attempt->Refuse("the tenant doesn't accept the issuer");
                                }
                                CheckToken(attempt, **found);
                              });
}

void JwtAuthenticator::CheckToken(const std::shared_ptr<Attempt>& attempt,
                                  const TokenIssuer& issuer) {
  attempt->parts->KeysOf(
      issuer,
      [algorithm = attempt->jwt.algorithm, key_id = attempt->jwt.key_id](const JwkSet& keys) {
        return keys.Find(algorithm, key_id) != nullptr;
      },
      attempt->deadline,
      [attempt, issuer](const absl::StatusOr<JwkSetPtr>& keys) {
        if (absl::IsUnauthenticated(keys.status())) {
          return attempt->Refuse("the issuer's stored keys can't be read");
        }
        if (!keys.ok()) return attempt->done(keys.status());
        const JwsKey* const key = (*keys)->Find(attempt->jwt.algorithm, attempt->jwt.key_id);
        if (key == nullptr) return attempt->Refuse("the issuer has no such key");
        const absl::Status verdict =
            VerifyJwt(attempt->jwt, *key,
                      {.issuer = issuer.issuer,
                       .audience = issuer.audience,
                       .now = attempt->parts->clock.Now(),
                       .leeway = attempt->parts->leeway,
                       .audience_may_be_absent = issuer.audience_may_be_absent});
        if (!verdict.ok()) return attempt->Refuse(verdict);
        auto user_id = UserIdIn(attempt->jwt, UserClaimOf(issuer));
        if (!user_id.ok()) return attempt->Refuse(user_id.status());
        attempt->user_id = *std::move(user_id);
        attempt->proof = ProofOf(issuer, *key);
        FindUser(attempt, issuer.create_users);
      });
}

void JwtAuthenticator::FindUser(const std::shared_ptr<Attempt>& attempt, bool may_create) {
  attempt->parts->lookups.find_user(
      attempt->tenant, attempt->user_id, attempt->deadline,
      [attempt, may_create](absl::StatusOr<std::optional<User>> user) {
        if (!user.ok()) return attempt->done(user.status());
        if (!user->has_value()) {
          if (may_create) return CreateUser(attempt);
          return attempt->Refuse("the tenant has no such user");
        }
        if (!(*user)->active) {
          return attempt->Refuse("the user is deactivated", UserDeactivatedError());
        }
        Principal principal;
        principal.credential = CredentialKind::kJwt;
        principal.user_id = attempt->user_id;
        principal.expires_at = attempt->jwt.expires_at + attempt->parts->leeway;
        principal.proof = attempt->proof;
        attempt->done(std::optional<Principal>(std::move(principal)));
      });
}

void JwtAuthenticator::CreateUser(const std::shared_ptr<Attempt>& attempt) {
  attempt->parts->lookups.create_user(attempt->tenant, attempt->user_id, attempt->jwt.display_name,
                                      attempt->deadline,
                                      [attempt](const absl::StatusOr<bool>& created) {
                                        if (!created.ok()) return attempt->done(created.status());
                                        // Whoever made it, it is there now; or nobody may.
                                        FindUser(attempt, /*may_create=*/false);
                                      });
}

void JwtAuthenticator::Recheck(const TenantKey& tenant, std::vector<Principal> held,
                               SteadyTime deadline, Callback<std::vector<size_t>> done) {
  parts_->lookups.list_issuers(
      tenant, deadline,
      Then(std::move(done), [parts = parts_, held = std::move(held)](
                                const std::vector<TokenIssuer>& issuers, auto& answer) mutable {
        answer(parts->FindGone(issuers, held));
      }));
}

}  // namespace chatter::identity
