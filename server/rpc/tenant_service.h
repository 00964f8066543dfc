// TenantService: the wire's side of chat::Tenants.
//
// Thread-safe. The rules must outlive it.
#ifndef CHATTER_SERVER_RPC_TENANT_SERVICE_H_
#define CHATTER_SERVER_RPC_TENANT_SERVICE_H_

#include "chatter/v1/tenant.grpc.pb.h"
#include "server/chat/tenants.h"

namespace chatter::rpc {

class TenantService final : public v1::TenantService::CallbackService {
 public:
  explicit TenantService(chat::Tenants& tenants) : tenants_(tenants) {}

  grpc::ServerUnaryReactor* CreateTenant(grpc::CallbackServerContext* context,
                                         const v1::CreateTenantRequest* request,
                                         v1::CreateTenantResponse* response) override;
  grpc::ServerUnaryReactor* GetTenant(grpc::CallbackServerContext* context,
                                      const v1::GetTenantRequest* request,
                                      v1::GetTenantResponse* response) override;
  grpc::ServerUnaryReactor* ListTenants(grpc::CallbackServerContext* context,
                                        const v1::ListTenantsRequest* request,
                                        v1::ListTenantsResponse* response) override;
  grpc::ServerUnaryReactor* CreateSession(grpc::CallbackServerContext* context,
                                          const v1::CreateSessionRequest* request,
                                          v1::CreateSessionResponse* response) override;
  grpc::ServerUnaryReactor* RevokeSession(grpc::CallbackServerContext* context,
                                          const v1::RevokeSessionRequest* request,
                                          v1::RevokeSessionResponse* response) override;

 private:
  chat::Tenants& tenants_;
};

}  // namespace chatter::rpc

#endif  // CHATTER_SERVER_RPC_TENANT_SERVICE_H_
