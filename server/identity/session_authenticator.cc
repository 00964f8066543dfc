#include "server/identity/session_authenticator.h"

#include "server/identity/session_token.h"
#include "server/model/errors.h"

namespace chatter::identity {

SessionAuthenticator::SessionAuthenticator(CacheOptions options, SessionLookup lookup,
                                           const Clock& clock)
    : clock_(clock),
      cache_(
          options,
          [lookup = std::move(lookup)](const Key& key, absl::Time deadline,
                                       Callback<std::optional<Session>> done) {
            lookup(key.tenant, key.token_digest, deadline, std::move(done));
          },
          clock) {}

void SessionAuthenticator::Authenticate(const std::optional<SchemaName>& tenant,
                                        const Credential& credential,
                                        Callback<std::optional<Principal>> done) {
  const std::string& token = credential.bearer_token;
  if (!token.starts_with(kSessionTokenPrefix)) return done(std::optional<Principal>());
  const auto digest = SessionTokenDigest(token);
  if (!digest.has_value()) return done(CredentialInvalidError());
  if (!tenant.has_value()) {
    return done(MakeError(absl::StatusCode::kPermissionDenied,
                          v1::ERROR_REASON_CREDENTIAL_NOT_ALLOWED,
                          "A user's session can't do this: the administrator's key is needed."));
  }
  cache_.Get({*tenant, *digest}, [&clock = clock_, done = std::move(done)](
                                     absl::StatusOr<std::optional<Session>> found) mutable {
    if (!found.ok()) return done(found.status());
    // A cached session may have expired since.
    if (!found->has_value() || (*found)->expires_at <= clock.Now()) {
      return done(CredentialInvalidError());
    }
    done(std::optional<Principal>(Principal{.credential = CredentialKind::kSession,
                                            .user_id = std::move((*found)->user_id)}));
  });
}

void SessionAuthenticator::Forget(const SchemaName& tenant, const Sha256Digest& token_digest) {
  cache_.Forget({tenant, token_digest});
}

}  // namespace chatter::identity
