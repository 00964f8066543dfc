// JSON Web Tokens of the issuers that the tenant accepts.
//
// The tenant is known before: its issuers decide. A token that only another tenant accepts is
// unknown here. A user whom the tenant doesn't have yet is created where the issuer's
// `create_users` says so. Thread-safe. Tokens are never logged; the reason of a refusal is
// (refusal_log.h).
#ifndef CHATTER_SERVER_IDENTITY_JWT_AUTHENTICATOR_H_
#define CHATTER_SERVER_IDENTITY_JWT_AUTHENTICATOR_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"
#include "common/mutex.h"
#include "server/base/clock.h"
#include "server/identity/authenticator.h"
#include "server/identity/jwks_cache.h"
#include "server/identity/jwt.h"
#include "server/identity/refusal_log.h"
#include "server/model/token_issuer.h"

namespace chatter::identity {

// Where issuers and users are looked up. All must call back by the deadline.
struct JwtLookups {
  // nullopt: the tenant has no such issuer.
  std::function<void(const TenantKey& tenant, const std::string& issuer, SteadyTime deadline,
                     Callback<std::optional<TokenIssuer>>)>
      find_issuer;
  std::function<void(const TenantKey& tenant, SteadyTime deadline,
                     Callback<std::vector<TokenIssuer>>)>
      list_issuers;
  // nullopt: the tenant has no such user.
  std::function<void(const TenantKey& tenant, const std::string& user_id, SteadyTime deadline,
                     Callback<std::optional<User>>)>
      find_user;
  // Makes the user, unless there is one or users are the application's. The answer: whether it made
  // one.
  std::function<void(const TenantKey& tenant, const std::string& user_id,
                     const std::string& display_name, SteadyTime deadline, Callback<bool>)>
      create_user;
};

class JwtAuthenticator final : public Authenticator {
 public:
  // `leeway`: by how much issuers' clocks may differ from ours. The keys and the clock must outlive
  // the authenticator and its lookups.
  JwtAuthenticator(JwtLookups lookups, JwksCache& keys, absl::Duration leeway, const Clock& clock);

  CredentialKind kind() const override { return CredentialKind::kJwt; }
  void Authenticate(const std::optional<TenantKey>& tenant, const Credential& credential,
                    SteadyTime deadline, Callback<std::optional<Principal>> done) override;
  // A principal no longer holds when the tenant doesn't accept its issuer or its key any more, or
  // when the issuer's keys couldn't be fetched for a day. Doesn't wait for a fetch.
  void Recheck(const TenantKey& tenant, std::vector<Principal> held, SteadyTime deadline,
               Callback<std::vector<size_t>> done) override;

 private:
  // Shared with the lookups under way, which may outlive the authenticator.
  struct Parts {
    const JwtLookups lookups;
    JwksCache& keys;
    const absl::Duration leeway;
    const Clock& clock;

    // The keys that are stored with the issuer; nullptr: no key set. Parsing takes a while, and its
    // result never becomes wrong, so the sets are remembered by the digest of the text.
    JwkSetPtr StoredKeys(const std::string& jwks);
    void KeysOf(const TokenIssuer& issuer, const JwksCache::Wanted& wanted, SteadyTime deadline,
                Callback<JwkSetPtr> done);
    // The principals whose issuer isn't among these.
    std::vector<size_t> FindGone(const std::vector<TokenIssuer>& issuers,
                                 const std::vector<Principal>& held);

    RefusalLog refusals{"jwt"};
    Mutex mu = {};
    absl::flat_hash_map<Sha256Digest, JwkSetPtr> parsed ABSL_GUARDED_BY(mu) = {};
  };
  struct Attempt;

  static void CheckToken(const std::shared_ptr<Attempt>& attempt, const TokenIssuer& issuer);
  static void FindUser(const std::shared_ptr<Attempt>& attempt, bool may_create);
  static void CreateUser(const std::shared_ptr<Attempt>& attempt);

  const std::shared_ptr<Parts> parts_;
};

}  // namespace chatter::identity

#endif  // CHATTER_SERVER_IDENTITY_JWT_AUTHENTICATOR_H_
