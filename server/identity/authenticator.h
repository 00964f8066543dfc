// Who is calling, by the credential that the call carries: the seam for kinds of credentials.
//
// Authenticators are thread-safe and don't block: what must be looked up is looked up
// asynchronously, and the callback then runs on the lookup's thread. Credentials are never logged.
#ifndef CHATTER_SERVER_IDENTITY_AUTHENTICATOR_H_
#define CHATTER_SERVER_IDENTITY_AUTHENTICATOR_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "server/base/callback.h"
#include "server/model/model.h"

namespace chatter::identity {

// What a call shows of who is calling. Unchecked text, and secret.
struct Credential {
  std::string bearer_token;
};

// Knows one kind of credential.
class Authenticator {
 public:
  virtual ~Authenticator() = default;

  // Answers with whose credential this is in `tenant` (absent for administration methods); nullopt:
  // not a credential of this kind, so the next authenticator is to be asked. The arguments need not
  // outlive the call.
  // Errors: UNAUTHENTICATED (CREDENTIAL_INVALID): of this kind, but malformed, unknown or expired;
  // PERMISSION_DENIED (CREDENTIAL_NOT_ALLOWED): of no use without a tenant; RESOURCE_EXHAUSTED
  // (OVERLOADED); a lookup's.
  virtual void Authenticate(const std::optional<SchemaName>& tenant, const Credential& credential,
                            Callback<std::optional<Principal>> done) = 0;
};

// All kinds that the server accepts, in the order in which they are asked.
class AuthenticatorChain {
 public:
  explicit AuthenticatorChain(std::vector<std::unique_ptr<Authenticator>> authenticators)
      : authenticators_(std::move(authenticators)) {}

  // Errors: the first that an authenticator gives; UNAUTHENTICATED (CREDENTIAL_INVALID) when none
  // knows the credential. The chain must outlive the callback.
  void Authenticate(std::optional<SchemaName> tenant, Credential credential,
                    Callback<Principal> done) const;

 private:
  struct Attempt;
  void AskFrom(size_t index, const std::shared_ptr<Attempt>& attempt) const;

  const std::vector<std::unique_ptr<Authenticator>> authenticators_;
};

// UNAUTHENTICATED (CREDENTIAL_INVALID). Doesn't tell malformed, unknown and expired apart.
absl::Status CredentialInvalidError();

}  // namespace chatter::identity

#endif  // CHATTER_SERVER_IDENTITY_AUTHENTICATOR_H_
