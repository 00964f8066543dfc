#include "server/identity/django_session_authenticator.h"

#include <algorithm>
#include <memory>
#include <string_view>

#include "absl/strings/ascii.h"
#include "server/model/errors.h"
#include "server/model/validate.h"

namespace chatter::identity {
namespace {

using store::DjangoStore;

constexpr char kDatabaseSalt[] = "django.contrib.sessions.SessionStore";
constexpr char kSignedCookieSalt[] = "django.contrib.sessions.backends.signed_cookies";

constexpr std::string_view kNotSigned =
    "the session isn't signed with any of the secret keys, or is too long";

// What Django makes is 32 long; what it takes is at least 8, and the column holds 40.
bool IsSessionKey(std::string_view text) {
  return text.size() >= 8 && text.size() <= 40 && std::all_of(text.begin(), text.end(), [](char c) {
           return absl::ascii_isalnum(static_cast<unsigned char>(c));
         });
}

void Append(const Sha256Digest& digest, std::string& text) {
  text.append(digest.begin(), digest.end());
}

Sha256Digest TakeDigest(std::string_view& text) {
  Sha256Digest digest{};
  const size_t size = std::min(digest.size(), text.size());
  std::copy_n(text.begin(), size, digest.begin());
  text.remove_prefix(size);
  return digest;
}

// What a principal's proof holds. The session's key is how its row is found again; in the place of
// the password and of what the session held there are digests, which are of no use elsewhere.
struct Proof {
  DjangoStore::KnownSession session;  // without a key: a signed cookie
  std::string user_key;
  Sha256Digest password_digest{};

  std::string ToText() const {
    std::string text;
    Append(password_digest, text);
    Append(session.digest, text);
    return text.append(session.key).append(1, '\0').append(user_key);
  }
  // REQUIRES: `text` is a ToText().
  static Proof Parse(std::string_view text) {
    Proof proof;
    proof.password_digest = TakeDigest(text);
    proof.session.digest = TakeDigest(text);
    const size_t end = std::min(text.find('\0'), text.size());
    proof.session.key = text.substr(0, end);
    proof.user_key = text.substr(std::min(end + 1, text.size()));
    return proof;
  }
};

// Whether a session that holds something else by now is still one of the same user.
bool IsStillTheirs(const std::string& session_data, const Proof& proof, std::string_view password,
                   const DjangoSecretKeys& keys) {
  const auto session = VerifyDjangoSigned(session_data, kDatabaseSalt, keys);
  if (!session.has_value()) return false;
  const auto login = ReadDjangoLogin(session->json);
  return login.has_value() && login->user_key == proof.user_key &&
         VerifyDjangoAuthHash(login->auth_hash, password, keys);
}

// Whether these proofs still hold: the places of those that don't.
std::vector<size_t> FindGone(const std::vector<Proof>& proofs, const DjangoStore::Present& present,
                             const DjangoSecretKeys& keys) {
  std::vector<size_t> gone;
  size_t asked = 0;  // how many of the sessions before were asked about
  for (size_t place = 0; place < proofs.size(); ++place) {
    const Proof& proof = proofs[place];
    const auto password = present.passwords.find(proof.user_key);
    bool holds = password != present.passwords.end() &&
                 ConstantTimeEquals(Sha256(password->second), proof.password_digest);
    if (!proof.session.key.empty()) {
      const auto session = present.sessions.find(asked++);
      holds = holds && session != present.sessions.end() &&
              (!session->second.has_value() ||
               IsStillTheirs(*session->second, proof, password->second, keys));
    }
    if (!holds) gone.push_back(place);
  }
  return gone;
}

}  // namespace

void DjangoSessionAuthenticator::Authenticate(const std::optional<TenantKey>& tenant,
                                              const Credential& credential, SteadyTime deadline,
                                              Callback<std::optional<Principal>> done) {
  if (credential.form != Credential::Form::kCookie) return done(std::optional<Principal>());
  if (!tenant.has_value()) {
    return done(MakeError(absl::StatusCode::kPermissionDenied,
                          v1::ERROR_REASON_CREDENTIAL_NOT_ALLOWED,
                          "A user's session can't do this: the administrator's key is needed."));
  }
  if (options_.signed_cookies) {
    ReadSignedCookie(*tenant, credential.text, deadline, std::move(done));
  } else {
    FindSession(*tenant, credential.text, deadline, std::move(done));
  }
}

void DjangoSessionAuthenticator::Refuse(const TenantKey& tenant, std::string_view check, Done& done,
                                        absl::Status error) const {
  refusals_.Report(tenant, check, clock_.Steady());
  done(std::move(error));
}

void DjangoSessionAuthenticator::ReadSignedCookie(const TenantKey& tenant,
                                                  const std::string& cookie, SteadyTime deadline,
                                                  Done done) const {
  if (IsSessionKey(cookie)) {
    return Refuse(tenant, "the cookie is the key of a stored session, not a signed session", done);
  }
  const auto session = VerifyDjangoSigned(cookie, kSignedCookieSalt, *options_.keys->Current());
  if (!session.has_value()) return Refuse(tenant, kNotSigned, done);
  const absl::Time expires_at = session->signed_at + options_.max_age;
  if (expires_at <= clock_.Now()) return Refuse(tenant, "the session has expired", done);
  FindUser(tenant, {}, *session, expires_at, deadline, std::move(done));
}

void DjangoSessionAuthenticator::FindSession(const TenantKey& tenant,
                                             const std::string& session_key, SteadyTime deadline,
                                             Done done) const {
  if (session_key.find(':') != std::string::npos) {
    return Refuse(tenant, "the cookie is a signed session, not the key of a stored one", done);
  }
  if (!IsSessionKey(session_key)) return Refuse(tenant, "the cookie is no session's key", done);
  lookups_.find_session(
      tenant, session_key, deadline,
      Then(std::move(done), [this, tenant, session_key, deadline](
                                const std::optional<std::string>& found, auto& answer) {
        if (!found.has_value()) {
          return Refuse(tenant, "there is no such session, or it has expired", answer);
        }
        const auto session = VerifyDjangoSigned(*found, kDatabaseSalt, *options_.keys->Current());
        if (!session.has_value()) return Refuse(tenant, kNotSigned, answer);
        FindUser(tenant, {.key = session_key, .digest = Sha256(*found)}, *session,
                 absl::InfiniteFuture(), deadline, std::move(answer));
      }));
}

void DjangoSessionAuthenticator::FindUser(const TenantKey& tenant, DjangoStore::KnownSession known,
                                          const DjangoSigned& session, absl::Time expires_at,
                                          SteadyTime deadline, Done done) const {
  const auto login = ReadDjangoLogin(session.json);
  if (!login.has_value()) return Refuse(tenant, "nobody is signed in by the session", done);
  lookups_.find_user(
      tenant, login->user_key, deadline,
      Then(std::move(done), [this, tenant, known = std::move(known), auth_hash = login->auth_hash,
                             expires_at](std::optional<DjangoStore::User> found,
                                         auto& answer) mutable {
        if (!found.has_value()) return Refuse(tenant, "there is no such user", answer);
        if (!UserIdProblem(found->id).empty()) {
          return Refuse(tenant, "the user's id isn't 1 to 600 bytes without control characters",
                        answer);
        }
        if (!VerifyDjangoAuthHash(auth_hash, found->password, *options_.keys->Current())) {
          return Refuse(tenant, "the session's hash isn't that of the user's password", answer);
        }
        if (!found->active) {
          return Refuse(tenant, "the user isn't active", answer, UserDeactivatedError());
        }
        Principal principal;
        principal.credential = CredentialKind::kDjangoSession;
        principal.user_id = std::move(found->id);
        principal.expires_at = expires_at;
        principal.proof = Proof{.session = std::move(known),
                                .user_key = std::move(found->key),
                                .password_digest = Sha256(found->password)}
                              .ToText();
        answer(std::optional<Principal>(std::move(principal)));
      }));
}

void DjangoSessionAuthenticator::Recheck(const TenantKey& tenant, std::vector<Principal> held,
                                         SteadyTime deadline, Callback<std::vector<size_t>> done) {
  std::vector<Proof> proofs;
  std::vector<DjangoStore::KnownSession> sessions;
  std::vector<std::string> user_keys;
  for (const Principal& principal : held) {
    const Proof& proof = proofs.emplace_back(Proof::Parse(principal.proof));
    if (!proof.session.key.empty()) sessions.push_back(proof.session);
    user_keys.push_back(proof.user_key);
  }
  lookups_.find_present(
      tenant, sessions, user_keys, deadline,
      Then(std::move(done),
           [this, proofs = std::move(proofs)](const DjangoStore::Present& present, auto& answer) {
             answer(FindGone(proofs, present, *options_.keys->Current()));
           }));
}

}  // namespace chatter::identity
