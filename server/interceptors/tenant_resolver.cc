#include "server/interceptors/tenant_resolver.h"

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "server/identity/peer_address.h"
#include "server/interceptors/call_context.h"
#include "server/interceptors/metadata.h"
#include "server/model/errors.h"
#include "server/model/host.h"

namespace chatter::interceptors {
namespace {

using grpc::experimental::InterceptionHookPoints;

constexpr char kTenantKey[] = "x-chatter-tenant";
constexpr char kForwardedHostKey[] = "x-forwarded-host";

// What a proxy says of the host that was called. nullopt: nothing, or the peer isn't one whose word
// is taken, whatever it says.
absl::StatusOr<std::optional<std::string_view>> ReadForwardedHost(
    const CallContext& context, const identity::TrustedProxies& trusted_proxies) {
  const ClientMetadata& metadata = context.client_metadata();
  if (metadata.find(kForwardedHostKey) == metadata.end()) return std::nullopt;
  if (!trusted_proxies.Trusts(context.peer())) return std::nullopt;
  return SingleValue(metadata, kForwardedHostKey, kMaxHostBytes, Charset::kBeyondAscii);
}

absl::StatusOr<identity::TenantHint> ReadHint(const CallContext& context,
                                              const identity::TrustedProxies& trusted_proxies) {
  const auto name = SingleValue(context.client_metadata(), kTenantKey, kMaxHostBytes);
  if (!name.ok()) return name.status();
  const auto forwarded_host = ReadForwardedHost(context, trusted_proxies);
  if (!forwarded_host.ok()) return forwarded_host.status();

  identity::TenantHint hint{
      .name = {}, .host = {}, .network = identity::NetworkOfPeer(context.peer())};
  if (name->has_value()) hint.name.emplace(**name);
  if (forwarded_host->has_value()) {
    hint.host.emplace(**forwarded_host);
  } else if (const grpc::string_ref authority = context.ExperimentalGetAuthority();
             !authority.empty()) {
    hint.host.emplace(authority.data(), authority.size());
  }
  return hint;
}

class TenantResolver final : public grpc::experimental::Interceptor {
 public:
  TenantResolver(CallContext& context, identity::TenantDirectory& tenants,
                 const identity::TrustedProxies& trusted_proxies)
      : context_(context), tenants_(tenants), trusted_proxies_(trusted_proxies) {}

  void Intercept(grpc::experimental::InterceptorBatchMethods* methods) override {
    if (methods->QueryInterceptionHookPoint(InterceptionHookPoints::POST_RECV_INITIAL_METADATA) &&
        !context_.denied()) {
      Resolve(methods);
    } else {
      methods->Proceed();
    }
  }

 private:
  void Resolve(grpc::experimental::InterceptorBatchMethods* methods) {
    const auto hint = ReadHint(context_, trusted_proxies_);
    if (!hint.ok()) {
      context_.Deny(hint.status());
      methods->Proceed();
      return;
    }
    // The call waits; the directory's own time limit is the wait's.
    tenants_.Resolve(*hint, [this, methods](absl::StatusOr<identity::ResolvedTenant> tenant) {
      if (tenant.ok()) {
        context_.set_tenant(*std::move(tenant));
      } else if (ReasonOf(tenant.status()) == v1::ERROR_REASON_TENANT_NOT_FOUND) {
        context_.set_tenant_refusal(tenant.status());
      } else {
        context_.Deny(tenant.status());
      }
      methods->Proceed();  // the call may be over when this returns
    });
  }

  CallContext& context_;
  identity::TenantDirectory& tenants_;
  const identity::TrustedProxies& trusted_proxies_;
};

}  // namespace

grpc::experimental::Interceptor* TenantResolverFactory::CreateServerInterceptor(
    grpc::experimental::ServerRpcInfo* call) {
  CallContext* const context = CallContext::Of(call);
  if (context == nullptr || context->policy() == nullptr ||
      !NeedsTenant(context->policy()->callers)) {
    return nullptr;
  }
  return new TenantResolver(*context, tenants_, trusted_proxies_);
}

}  // namespace chatter::interceptors
