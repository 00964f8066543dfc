// Who is calling, by the credential that the call carries: the seam for kinds of credentials.
//
// Authenticators are thread-safe and don't block: what must be looked up is looked up
// asynchronously, and the callback then runs on the lookup's thread. Credentials are never logged.
#ifndef CHATTER_SERVER_IDENTITY_AUTHENTICATOR_H_
#define CHATTER_SERVER_IDENTITY_AUTHENTICATOR_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/steady_time.h"
#include "server/base/callback.h"
#include "server/model/model.h"

namespace chatter::identity {

// What a call shows of who is calling. Unchecked text, and secret.
struct Credential {
  enum class Form : uint8_t {
    kBearer,       // the token of `authorization: Bearer ...`
    kCookie,       // the value of the session cookie
    kCertificate,  // the subject alternative names of the verified client certificate, a line each
  };
  Form form = Form::kBearer;
  std::string text;
  std::string network = {};  // NetworkOfPeer; empty: not a stranger's, whatever it is
};

// Knows one kind of credential.
class Authenticator {
 public:
  virtual ~Authenticator() = default;

  // The kind of the principals that it finds.
  virtual CredentialKind kind() const = 0;

  // Says whose credential this is in `tenant` (absent for administration methods). nullopt: the
  // credential isn't of this kind, and the next authenticator is asked. The arguments need not
  // outlive the call. The caller caches the answer.
  // Errors: UNAUTHENTICATED (CREDENTIAL_INVALID, USER_DEACTIVATED): the credential is of this kind,
  // but malformed, unknown or expired; PERMISSION_DENIED (CREDENTIAL_NOT_ALLOWED): it is of no use
  // without a tenant; RESOURCE_EXHAUSTED (OVERLOADED); a lookup's.
  virtual void Authenticate(const std::optional<TenantKey>& tenant, const Credential& credential,
                            SteadyTime deadline, Callback<std::optional<Principal>> done) = 0;

  // Finds those of these principals that no longer hold: their places in `held`, ascending. The
  // authenticator found all of them in `tenant` some time ago. Called about once a second for all
  // open streams of a tenant, so one round trip must do for all. The caller checks `expires_at`,
  // and whether the user is active.
  // Errors: a lookup's.
  virtual void Recheck(const TenantKey& tenant, std::vector<Principal> held, SteadyTime deadline,
                       Callback<std::vector<size_t>> done) = 0;

  // Whether the tenant's identity_version changes whenever a credential of this kind ends before
  // its time. If so, Recheck is called only now and then while the version stands still.
  virtual bool ends_are_counted() const { return false; }
};

// UNAUTHENTICATED (CREDENTIAL_INVALID). Doesn't tell malformed, unknown and expired apart.
absl::Status CredentialInvalidError();

// UNAUTHENTICATED (USER_DEACTIVATED).
absl::Status UserDeactivatedError();

}  // namespace chatter::identity

#endif  // CHATTER_SERVER_IDENTITY_AUTHENTICATOR_H_
