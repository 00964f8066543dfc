// Django's session cookie. It is checked as Django checks it, in the tenant that is called: the
// signature, the expiry, the user's row, and whether the user's password is the one with which the
// session began.
//
// A cookie of one tenant is unknown in every other, unless they share Django's tables. Thread-safe.
// The cookie is never logged; the reason of a refusal is (refusal_log.h).
// Doesn't look at `_auth_user_backend`, nor run a get_session_auth_hash() of the application's own.
#ifndef CHATTER_SERVER_IDENTITY_DJANGO_SESSION_AUTHENTICATOR_H_
#define CHATTER_SERVER_IDENTITY_DJANGO_SESSION_AUTHENTICATOR_H_

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/steady_time.h"
#include "server/base/clock.h"
#include "server/identity/authenticator.h"
#include "server/identity/django_key_ring.h"
#include "server/identity/django_signing.h"
#include "server/identity/refusal_log.h"
#include "server/store/django_store.h"

namespace chatter::identity {

// Where Django's rows are looked up; see store::DjangoStore. All must call back by the deadline.
struct DjangoLookups {
  std::function<void(const TenantKey& tenant, const std::string& session_key, SteadyTime deadline,
                     Callback<std::optional<std::string>>)>
      find_session;
  std::function<void(const TenantKey& tenant, const std::string& user_key, SteadyTime deadline,
                     Callback<std::optional<store::DjangoStore::User>>)>
      find_user;
  std::function<void(const TenantKey& tenant,
                     const std::vector<store::DjangoStore::KnownSession>& sessions,
                     const std::vector<std::string>& user_keys, SteadyTime deadline,
                     Callback<store::DjangoStore::Present>)>
      find_present;
};

struct DjangoSessionOptions {
  const DjangoKeyRing* keys = nullptr;  // REQUIRES: not nullptr, and outlives the authenticator
  // Django's signed_cookies backend: the cookie is the session. Else the cookie is the key of a
  // row.
  bool signed_cookies = false;
  absl::Duration max_age = absl::Seconds(1'209'600);  // of signed cookies: SESSION_COOKIE_AGE
};

class DjangoSessionAuthenticator final : public Authenticator {
 public:
  // The clock must outlive the authenticator.
  DjangoSessionAuthenticator(DjangoSessionOptions options, DjangoLookups lookups,
                             const Clock& clock)
      : options_(options), lookups_(std::move(lookups)), clock_(clock) {}

  CredentialKind kind() const override { return CredentialKind::kDjangoSession; }
  // Takes any cookie for its own. Whoever has a stored session keeps it for as long as its row says
  // at each recheck, since Django may put the expiry off at every request: their principals have no
  // `expires_at`.
  void Authenticate(const std::optional<TenantKey>& tenant, const Credential& credential,
                    SteadyTime deadline, Callback<std::optional<Principal>> done) override;
  void Recheck(const TenantKey& tenant, std::vector<Principal> held, SteadyTime deadline,
               Callback<std::vector<size_t>> done) override;

 private:
  using Done = Callback<std::optional<Principal>>;

  void Refuse(const TenantKey& tenant, std::string_view check, Done& done,
              absl::Status error = CredentialInvalidError()) const;
  void ReadSignedCookie(const TenantKey& tenant, const std::string& cookie, SteadyTime deadline,
                        Done done) const;
  void FindSession(const TenantKey& tenant, const std::string& session_key, SteadyTime deadline,
                   Done done) const;
  // Goes on with a session whose signature has been verified. Without a key: a signed cookie.
  void FindUser(const TenantKey& tenant, store::DjangoStore::KnownSession known,
                const DjangoSigned& session, absl::Time expires_at, SteadyTime deadline,
                Done done) const;

  const DjangoSessionOptions options_;
  const DjangoLookups lookups_;
  const Clock& clock_;
  mutable RefusalLog refusals_{"django_session"};
};

}  // namespace chatter::identity

#endif  // CHATTER_SERVER_IDENTITY_DJANGO_SESSION_AUTHENTICATOR_H_
