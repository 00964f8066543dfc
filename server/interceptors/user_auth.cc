#include "server/interceptors/user_auth.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "server/interceptors/call_context.h"
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

class UserAuth final : public grpc::experimental::Interceptor {
 public:
  UserAuth(CallContext& context, identity::AuthenticatorChain& authenticators,
           const CredentialOptions& options)
      : context_(context), authenticators_(authenticators), options_(options) {}

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
    auto credentials = ReadCredentials(context_.client_metadata(), options_);
    if (!credentials.ok()) {
      context_.Deny(credentials.status());
    } else if (!context_.policy().has_value() ||
               (NeedsTenant(*context_.policy()) && !context_.tenant().has_value())) {
      // A method that nobody has put into the table, or a stack without the tenant interceptor.
      spdlog::error("a call without a policy or a tenant is denied request_id={}",
                    context_.request_id());
      context_.Deny(InternalError());
    } else {
      credentials_ = *std::move(credentials);
      return AuthenticateNext(methods);
    }
    methods->Proceed();
  }

  // The call waits; the authenticators' own time limits are the wait's. It may be over when this
  // returns.
  void AuthenticateNext(InterceptorBatchMethods* methods) {
    const identity::Credential credential = std::move(credentials_.back());
    credentials_.pop_back();
    authenticators_.Authenticate(NeedsTenant(*context_.policy()) ? context_.tenant() : std::nullopt,
                                 credential, [this, methods](absl::StatusOr<Principal> principal) {
                                   const absl::Status status =
                                       principal.ok() ? Agree(caller_, *std::move(principal))
                                                      : principal.status();
                                   if (status.ok() && !credentials_.empty())
                                     return AuthenticateNext(methods);
                                   Decide(status);
                                   methods->Proceed();
                                 });
  }

  void Decide(const absl::Status& status) {
    if (!status.ok()) return context_.Deny(status);
    context_.set_principal(*std::move(caller_));
    const absl::Status permission = CheckPolicy(*context_.policy(), context_.principal());
    if (!permission.ok()) return context_.Deny(permission);
    context_.Allow();
  }

  CallContext& context_;
  identity::AuthenticatorChain& authenticators_;
  const CredentialOptions& options_;
  std::vector<identity::Credential> credentials_;
  std::optional<Principal> caller_;
};

}  // namespace

grpc::experimental::Interceptor* UserAuthFactory::CreateServerInterceptor(
    grpc::experimental::ServerRpcInfo* call) {
  CallContext* const context = CallContext::Of(call);
  if (context == nullptr || context->policy() == MethodPolicy::kAnonymous) return nullptr;
  return new UserAuth(*context, authenticators_, options_);
}

}  // namespace chatter::interceptors
