// TenantService: the wire's side of admin::Tenants and its kin.
//
// Thread-safe. The rules must outlive it.
#ifndef CHATTER_SERVER_RPC_TENANT_SERVICE_H_
#define CHATTER_SERVER_RPC_TENANT_SERVICE_H_

#include "chatter/v1/tenant.grpc.pb.h"
#include "server/admin/tenant_epochs.h"
#include "server/admin/tenant_export.h"
#include "server/admin/tenant_lifecycle.h"
#include "server/admin/tenants.h"

namespace chatter::rpc {

class TenantService final : public v1::TenantService::CallbackService {
 public:
  TenantService(admin::Tenants& tenants, admin::TenantLifecycle& lifecycle,
                admin::TenantEpochs& epochs, admin::TenantExports& exports)
      : tenants_(tenants), lifecycle_(lifecycle), epochs_(epochs), exports_(exports) {}

  grpc::ServerUnaryReactor* CreateTenant(grpc::CallbackServerContext* context,
                                         const v1::CreateTenantRequest* request,
                                         v1::CreateTenantResponse* response) override;
  grpc::ServerUnaryReactor* AttachTenant(grpc::CallbackServerContext* context,
                                         const v1::AttachTenantRequest* request,
                                         v1::AttachTenantResponse* response) override;
  grpc::ServerUnaryReactor* GetTenant(grpc::CallbackServerContext* context,
                                      const v1::GetTenantRequest* request,
                                      v1::GetTenantResponse* response) override;
  grpc::ServerUnaryReactor* ListTenants(grpc::CallbackServerContext* context,
                                        const v1::ListTenantsRequest* request,
                                        v1::ListTenantsResponse* response) override;
  grpc::ServerUnaryReactor* UpdateTenant(grpc::CallbackServerContext* context,
                                         const v1::UpdateTenantRequest* request,
                                         v1::UpdateTenantResponse* response) override;
  grpc::ServerUnaryReactor* RenameDomain(grpc::CallbackServerContext* context,
                                         const v1::RenameDomainRequest* request,
                                         v1::RenameDomainResponse* response) override;
  grpc::ServerUnaryReactor* SuspendTenant(grpc::CallbackServerContext* context,
                                          const v1::SuspendTenantRequest* request,
                                          v1::SuspendTenantResponse* response) override;
  grpc::ServerUnaryReactor* ResumeTenant(grpc::CallbackServerContext* context,
                                         const v1::ResumeTenantRequest* request,
                                         v1::ResumeTenantResponse* response) override;
  grpc::ServerUnaryReactor* DeleteTenant(grpc::CallbackServerContext* context,
                                         const v1::DeleteTenantRequest* request,
                                         v1::DeleteTenantResponse* response) override;
  grpc::ServerUnaryReactor* UndeleteTenant(grpc::CallbackServerContext* context,
                                           const v1::UndeleteTenantRequest* request,
                                           v1::UndeleteTenantResponse* response) override;
  grpc::ServerUnaryReactor* BeginEpoch(grpc::CallbackServerContext* context,
                                       const v1::BeginEpochRequest* request,
                                       v1::BeginEpochResponse* response) override;
  grpc::ServerWriteReactor<v1::ExportTenantResponse>* ExportTenant(
      grpc::CallbackServerContext* context, const v1::ExportTenantRequest* request) override;

 private:
  admin::Tenants& tenants_;
  admin::TenantLifecycle& lifecycle_;
  admin::TenantEpochs& epochs_;
  admin::TenantExports& exports_;
};

}  // namespace chatter::rpc

#endif  // CHATTER_SERVER_RPC_TENANT_SERVICE_H_
