#include "server/interceptors/user_auth.h"

#include <spdlog/spdlog.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "server/interceptors/call_context.h"
#include "server/interceptors/metadata.h"
#include "server/model/errors.h"

namespace chatter::interceptors {
namespace {

using grpc::experimental::InterceptionHookPoints;

constexpr char kKey[] = "authorization";
constexpr absl::string_view kScheme = "Bearer ";
constexpr size_t kMaxBytes = 8192;  // of the whole value

absl::StatusOr<identity::Credential> ReadCredential(const ClientMetadata& metadata) {
  const auto value = SingleValue(metadata, kKey, kMaxBytes);
  if (!value.ok()) return value.status();
  if (!value->has_value()) {
    return MakeError(absl::StatusCode::kUnauthenticated, v1::ERROR_REASON_CREDENTIAL_REQUIRED,
                     "The call carries no credential. Send the metadata authorization: Bearer "
                     "<token>.");
  }
  const std::string_view text = **value;
  if (!absl::StartsWithIgnoreCase({text.data(), text.size()}, kScheme)) {
    return identity::CredentialInvalidError();
  }
  return identity::Credential{.bearer_token = std::string(text.substr(kScheme.size()))};
}

class UserAuth final : public grpc::experimental::Interceptor {
 public:
  UserAuth(CallContext& context, const identity::AuthenticatorChain& authenticators)
      : context_(context), authenticators_(authenticators) {}

  void Intercept(grpc::experimental::InterceptorBatchMethods* methods) override {
    if (methods->QueryInterceptionHookPoint(InterceptionHookPoints::POST_RECV_INITIAL_METADATA) &&
        !context_.denied()) {
      Authenticate(methods);
    } else {
      methods->Proceed();
    }
  }

 private:
  void Authenticate(grpc::experimental::InterceptorBatchMethods* methods) {
    auto credential = ReadCredential(context_.client_metadata());
    if (!credential.ok()) {
      context_.Deny(credential.status());
    } else if (!context_.policy().has_value() ||
               (NeedsTenant(*context_.policy()) && !context_.tenant().has_value())) {
      // A method that nobody has put into the table, or a stack without the tenant interceptor.
      spdlog::error("a call without a policy or a tenant is denied request_id={}",
                    context_.request_id());
      context_.Deny(InternalError());
    } else {
      // The call waits; the authenticators' own time limits are the wait's.
      authenticators_.Authenticate(
          NeedsTenant(*context_.policy()) ? context_.tenant() : std::nullopt,
          *std::move(credential), [this, methods](absl::StatusOr<Principal> principal) {
            Decide(std::move(principal));
            methods->Proceed();  // the call may be over when this returns
          });
      return;
    }
    methods->Proceed();
  }

  void Decide(absl::StatusOr<Principal> principal) {
    if (!principal.ok()) return context_.Deny(principal.status());
    context_.set_principal(*std::move(principal));
    const absl::Status permission = CheckPolicy(*context_.policy(), context_.principal());
    if (!permission.ok()) return context_.Deny(permission);
    context_.Allow();
  }

  CallContext& context_;
  const identity::AuthenticatorChain& authenticators_;
};

}  // namespace

grpc::experimental::Interceptor* UserAuthFactory::CreateServerInterceptor(
    grpc::experimental::ServerRpcInfo* call) {
  CallContext* const context = CallContext::Of(call);
  if (context == nullptr || context->policy() == MethodPolicy::kAnonymous) return nullptr;
  return new UserAuth(*context, authenticators_);
}

}  // namespace chatter::interceptors
