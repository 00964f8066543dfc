// Who makes a call, in which tenant, and whether they may make it: asked by whatever lets calls in.
//
// The tenant is named by the metadata `x-chatter-tenant` (tenant_name.h), or else by the host in
// `x-forwarded-host` if a trusted proxy says it, or else by the host that was called. Methods for
// the administrator have no tenant. The caller is known by the credentials that the call carries
// (credentials.h), inside that tenant. Of several, each must be valid, and all must stand for one
// user. A service may call on behalf of a user (on_behalf_of.h). Whoever it is, the method's policy
// decides.
//
// Only those who have shown a credential of a tenant are told that it is suspended, and only the
// administrator that there is no such tenant: to strangers both look like a credential that is
// invalid.
//
// Free of gRPC. Thread-safe. Doesn't block: what must be looked up is looked up asynchronously.
#ifndef CHATTER_SERVER_IDENTITY_ADMISSION_H_
#define CHATTER_SERVER_IDENTITY_ADMISSION_H_

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/identity/authenticator_chain.h"
#include "server/identity/call_metadata.h"
#include "server/identity/method_policy.h"
#include "server/identity/tenant_directory.h"
#include "server/identity/trusted_proxies.h"
#include "server/identity/user_directory.h"
#include "server/model/model.h"

namespace chatter::identity {

// What is seen of a call before anything is known of its caller. Unchecked, apart from the
// certificate and the policy.
struct IncomingCall {
  std::string_view method;             // the full name: "/chatter.v1.ChatService/Chat"
  std::optional<MethodPolicy> policy;  // nullopt: nobody may call the method
  CallMetadata metadata = {};
  std::string_view host = {};                       // that was called; empty: it isn't known
  std::string_view peer = {};                       // what gRPC would call it: peer_address.h
  std::vector<std::string> certificate_names = {};  // of the client's verified certificate
  std::string_view request_id = {};                 // for the log
};

class Verdict {
 public:
  // The caller may make the call. `caller`: without a deadline.
  static Verdict Admit(Caller caller) { return {absl::OkStatus(), std::move(caller)}; }
  // The call ends with `refusal`, which is an error of the API. `found`: what was found out of the
  // caller before that, for the log.
  static Verdict Refuse(absl::Status refusal, Caller found) {
    return {std::move(refusal), std::move(found)};
  }

  const absl::Status& refusal() const { return refusal_; }  // OK: the call is admitted
  const Caller& caller() const { return caller_; }

 private:
  Verdict(absl::Status refusal, Caller caller)
      : refusal_(std::move(refusal)), caller_(std::move(caller)) {}

  absl::Status refusal_;
  Caller caller_;
};

// What to refuse a call with when this error has come up: the error itself if it has a reason of
// the API's. A look-up that took too long becomes DATABASE_UNAVAILABLE, anything else (OK as well)
// is a defect, logged and INTERNAL.
absl::Status RefusalFor(const absl::Status& error, std::string_view request_id);

class Admission {
 public:
  struct Options {
    std::string session_cookie = {};      // the name of the application's; empty: ignores cookies
    TrustedProxies trusted_proxies = {};  // whose word on the host that was called is taken
  };
  // The directories and `authenticators` must outlive this and the calls under way.
  Admission(Options options, TenantDirectory& tenants, AuthenticatorChain& authenticators,
            UserDirectory& users);

  // Called once, possibly before Decide returns, else on the thread of a look-up. Must not block.
  using OnVerdict = absl::AnyInvocable<void(Verdict)>;

  // What `call` refers to need not outlive Decide. How long it may take is for the look-ups' time
  // limits.
  void Decide(const IncomingCall& call, OnVerdict done) const;

 private:
  struct Attempt;
  using AttemptPtr = std::shared_ptr<Attempt>;

  void ResolveTenant(const AttemptPtr& attempt) const;
  void Authenticate(const AttemptPtr& attempt) const;
  void OnAuthenticated(const AttemptPtr& attempt, absl::StatusOr<Principal> principal) const;
  void ActForUser(const AttemptPtr& attempt) const;

  const Options options_;
  TenantDirectory& tenants_;
  AuthenticatorChain& authenticators_;
  UserDirectory& users_;
};

}  // namespace chatter::identity

#endif  // CHATTER_SERVER_IDENTITY_ADMISSION_H_
