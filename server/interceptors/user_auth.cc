#include "server/interceptors/user_auth.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "server/identity/peer_address.h"
#include "server/interceptors/call_context.h"
#include "server/interceptors/on_behalf_of.h"
#include "server/interceptors/peer_certificate.h"
#include "server/model/errors.h"

namespace chatter::interceptors {
namespace {

using grpc::experimental::InterceptionHookPoints;
using grpc::experimental::InterceptorBatchMethods;

// The one caller that all of the call's credentials stand for.
absl::Status Agree(std::optional<Principal>& caller, Principal found) {
  if (!caller.has_value()) {
    caller = std::move(found);
    return absl::OkStatus();
  }
  if (caller->user_id.empty() || caller->user_id != found.user_id) {
    return MakeError(absl::StatusCode::kUnauthenticated, v1::ERROR_REASON_CREDENTIALS_CONTRADICT,
                     "The call carries several credentials that stand for different callers. Send "
                     "one.");
  }
  caller->expires_at = std::min(caller->expires_at, found.expires_at);
  return absl::OkStatus();
}

// What the credential of a call is worth whose tenant isn't there. Nobody has one of that tenant,
// and who hasn't can't be told that it isn't there: only the administrator is known everywhere.
absl::StatusOr<Principal> WithoutTenant(absl::StatusOr<Principal> principal) {
  const bool is_verdict =
      absl::IsUnauthenticated(principal.status()) || absl::IsPermissionDenied(principal.status());
  if (is_verdict) return identity::CredentialInvalidError();
  return principal;
}

class UserAuth final : public grpc::experimental::Interceptor {
 public:
  UserAuth(CallContext& context, identity::AuthenticatorChain& authenticators,
           identity::UserDirectory& users, const CredentialOptions& options)
      : context_(context), authenticators_(authenticators), users_(users), options_(options) {}

  void Intercept(InterceptorBatchMethods* methods) override {
    if (methods->QueryInterceptionHookPoint(InterceptionHookPoints::POST_RECV_INITIAL_METADATA) &&
        !context_.denied()) {
      Begin(methods);
    } else {
      methods->Proceed();
    }
  }

 private:
  void Begin(InterceptorBatchMethods* methods) {
    auto credentials = ReadCredentials(context_.client_metadata(),
                                       PeerCertificateNames(*context_.auth_context()), options_);
    auto on_behalf_of = ReadOnBehalfOf(context_.client_metadata());
    if (context_.policy() == nullptr ||
        (NeedsTenant() && !context_.tenant().has_value() && context_.tenant_refusal().ok())) {
      // A method that nobody has put into the table, or a stack without the tenant interceptor.
      spdlog::error("a call without a policy or a tenant is denied request_id={}",
                    context_.request_id());
      context_.Deny(InternalError());
    } else if (!credentials.ok()) {
      context_.Deny(credentials.status());
    } else if (!on_behalf_of.ok()) {
      context_.Deny(on_behalf_of.status());
    } else {
      credentials_ = *std::move(credentials);
      on_behalf_of_ = *std::move(on_behalf_of);
      return AuthenticateNext(methods);
    }
    methods->Proceed();
  }

  bool NeedsTenant() const { return interceptors::NeedsTenant(context_.policy()->callers); }

  // The call waits; the authenticators' own time limits are the wait's. It may be over when this
  // returns.
  void AuthenticateNext(InterceptorBatchMethods* methods) {
    identity::Credential credential = std::move(credentials_.back());
    credential.network = identity::NetworkOfPeer(context_.peer());
    credentials_.pop_back();
    authenticators_.Authenticate(NeedsTenant() ? context_.tenant() : std::nullopt, credential,
                                 [this, methods](absl::StatusOr<Principal> principal) {
                                   OnAuthenticated(methods, std::move(principal));
                                 });
  }

  void OnAuthenticated(InterceptorBatchMethods* methods, absl::StatusOr<Principal> principal) {
    if (NeedsTenant() && !context_.tenant().has_value()) {
      principal = WithoutTenant(std::move(principal));
    }
    absl::Status status =
        principal.ok() ? Agree(caller_, *std::move(principal)) : principal.status();
    if (status.ok() && !credentials_.empty()) return AuthenticateNext(methods);
    if (status.ok()) {
      context_.set_principal(*std::move(caller_));
      status = context_.tenant_refusal();
      if (status.ok() && on_behalf_of_.has_value()) return ActForUser(methods);
    }
    Decide(status);
    methods->Proceed();
  }

  // The call waits, as above.
  void ActForUser(InterceptorBatchMethods* methods) {
    const absl::Status may = CheckOnBehalfOf(context_.policy()->callers, context_.principal());
    if (!may.ok()) {
      Decide(may);
      return methods->Proceed();
    }
    users_.IsActive(*context_.tenant(), *on_behalf_of_,
                    [this, methods](const absl::StatusOr<bool>& active) {
                      Decide(BecomeUser(active));
                      methods->Proceed();
                    });
  }

  absl::Status BecomeUser(const absl::StatusOr<bool>& is_active) {
    if (!is_active.ok()) return is_active.status();
    if (!*is_active) return OnBehalfOfUnknownError();
    Principal principal = context_.principal();
    principal.user_id = *on_behalf_of_;
    context_.set_principal(std::move(principal));
    return absl::OkStatus();
  }

  void Decide(const absl::Status& status) {
    if (!status.ok()) return context_.Deny(status);
    const absl::Status permission =
        CheckPolicy(context_.method(), *context_.policy(), context_.principal());
    if (!permission.ok()) return context_.Deny(permission);
    context_.Allow();
  }

  CallContext& context_;
  identity::AuthenticatorChain& authenticators_;
  identity::UserDirectory& users_;
  const CredentialOptions& options_;
  std::vector<identity::Credential> credentials_;
  std::optional<std::string> on_behalf_of_;
  std::optional<Principal> caller_;
};

}  // namespace

grpc::experimental::Interceptor* UserAuthFactory::CreateServerInterceptor(
    grpc::experimental::ServerRpcInfo* call) {
  CallContext* const context = CallContext::Of(call);
  if (context == nullptr) return nullptr;
  if (context->policy() != nullptr && context->policy()->callers == Callers::kAnybody) {
    context->Allow();
    return nullptr;
  }
  return new UserAuth(*context, authenticators_, users_, options_);
}

}  // namespace chatter::interceptors
