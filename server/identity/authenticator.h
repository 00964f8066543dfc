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

#include "server/base/callback.h"
#include "server/base/steady_time.h"
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

  // Answers with whose credential this is in `tenant` (absent for administration methods); nullopt:
  // not a credential of this kind, so the next authenticator is to be asked. The arguments need not
  // outlive the call. Nothing need be cached: whoever asks does that.
  // Errors: UNAUTHENTICATED (CREDENTIAL_INVALID, USER_DEACTIVATED): of this kind, but malformed,
  // unknown or expired; PERMISSION_DENIED (CREDENTIAL_NOT_ALLOWED): of no use without a tenant;
  // RESOURCE_EXHAUSTED (OVERLOADED); a lookup's.
  virtual void Authenticate(const std::optional<TenantKey>& tenant, const Credential& credential,
                            SteadyTime deadline, Callback<std::optional<Principal>> done) = 0;

  // Which of these principals, which it found in `tenant` some time ago, it would find no longer:
  // their places in `held`, ascending. Called about once a second for all open streams of a tenant,
  // so it has to make do with one round trip for all of them. `expires_at` and whether the user is
  // active are the caller's to check.
  // Errors: a lookup's.
  virtual void Recheck(const TenantKey& tenant, std::vector<Principal> held, SteadyTime deadline,
                       Callback<std::vector<size_t>> done) = 0;

  // Whether whatever ends a credential of this kind before its time is counted in its tenant's
  // identity_version, so that Recheck is needed only now and then while that stands still.
  virtual bool ends_are_counted() const { return false; }
};

// UNAUTHENTICATED (CREDENTIAL_INVALID). Doesn't tell malformed, unknown and expired apart.
absl::Status CredentialInvalidError();

// UNAUTHENTICATED (USER_DEACTIVATED).
absl::Status UserDeactivatedError();

}  // namespace chatter::identity

#endif  // CHATTER_SERVER_IDENTITY_AUTHENTICATOR_H_
