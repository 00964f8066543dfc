// Finds out for which tenant a call is, before the handler starts.
//
// By the metadata `x-chatter-tenant`, or else the host in `x-forwarded-host`, or else the one in
// `:authority`. Methods that have no tenant are left alone. Thread-safe.
#ifndef CHATTER_SERVER_INTERCEPTORS_TENANT_RESOLVER_H_
#define CHATTER_SERVER_INTERCEPTORS_TENANT_RESOLVER_H_

#include <grpcpp/support/server_interceptor.h>

#include "server/identity/tenant_directory.h"

namespace chatter::interceptors {

class TenantResolverFactory final : public grpc::experimental::ServerInterceptorFactoryInterface {
 public:
  // `tenants` must outlive the server.
  explicit TenantResolverFactory(identity::TenantDirectory& tenants) : tenants_(tenants) {}

  grpc::experimental::Interceptor* CreateServerInterceptor(
      grpc::experimental::ServerRpcInfo* call) override;

 private:
  identity::TenantDirectory& tenants_;
};

}  // namespace chatter::interceptors

#endif  // CHATTER_SERVER_INTERCEPTORS_TENANT_RESOLVER_H_
