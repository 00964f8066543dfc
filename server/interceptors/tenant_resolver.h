// Finds out for which tenant a call is, before the handler starts.
//
// By the metadata `x-chatter-tenant`, or else the host in `x-forwarded-host` if a trusted proxy
// says it, or else the one in `:authority`. Methods that have no tenant are left alone. That there
// is no such tenant, or that it is suspended, is left to the auth interceptor to say: strangers
// can't tell either from a tenant that they have no credential for.
// Thread-safe.
#ifndef CHATTER_SERVER_INTERCEPTORS_TENANT_RESOLVER_H_
#define CHATTER_SERVER_INTERCEPTORS_TENANT_RESOLVER_H_

#include <grpcpp/support/server_interceptor.h>

#include <utility>

#include "server/identity/tenant_directory.h"
#include "server/identity/trusted_proxies.h"

namespace chatter::interceptors {

class TenantResolverFactory final : public grpc::experimental::ServerInterceptorFactoryInterface {
 public:
  // `tenants` must outlive the server.
  TenantResolverFactory(identity::TenantDirectory& tenants,
                        identity::TrustedProxies trusted_proxies)
      : tenants_(tenants), trusted_proxies_(std::move(trusted_proxies)) {}

  grpc::experimental::Interceptor* CreateServerInterceptor(
      grpc::experimental::ServerRpcInfo* call) override;

 private:
  identity::TenantDirectory& tenants_;
  const identity::TrustedProxies trusted_proxies_;
};

}  // namespace chatter::interceptors

#endif  // CHATTER_SERVER_INTERCEPTORS_TENANT_RESOLVER_H_
