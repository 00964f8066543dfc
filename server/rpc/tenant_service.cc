#include "server/rpc/tenant_service.h"

#include <utility>

#include "server/rpc/convert.h"
#include "server/rpc/unary.h"

namespace chatter::rpc {

using chat::Tenants;

namespace {

Tenants::SessionRequest FromProto(const v1::CreateSessionRequest& request) {
  Tenants::SessionRequest out{
      .schema_name = request.schema_name(), .user_id = request.user_id(), .ttl = {}};
  if (request.has_ttl()) {
    out.ttl = absl::Seconds(request.ttl().seconds()) + absl::Nanoseconds(request.ttl().nanos());
  }
  return out;
}

}  // namespace

grpc::ServerUnaryReactor* TenantService::CreateTenant(grpc::CallbackServerContext* context,
                                                      const v1::CreateTenantRequest* request,
                                                      v1::CreateTenantResponse* response) {
  return RunUnary<Tenant>(
      context,
      [&](const Caller& caller, Callback<Tenant> done) {
        const v1::Tenant& tenant = request->tenant();
        tenants_.Create(caller,
                        {.schema_name = tenant.schema_name(),
                         .display_name = tenant.display_name(),
                         .domains = {tenant.domains().begin(), tenant.domains().end()}},
                        std::move(done));
      },
      [response](const Tenant& tenant) { ToProto(tenant, response->mutable_tenant()); });
}

grpc::ServerUnaryReactor* TenantService::GetTenant(grpc::CallbackServerContext* context,
                                                   const v1::GetTenantRequest* request,
                                                   v1::GetTenantResponse* response) {
  return RunUnary<Tenant>(
      context,
      [&](const Caller& caller, Callback<Tenant> done) {
        tenants_.Get(caller, request->schema_name(), std::move(done));
      },
      [response](const Tenant& tenant) { ToProto(tenant, response->mutable_tenant()); });
}

grpc::ServerUnaryReactor* TenantService::ListTenants(grpc::CallbackServerContext* context,
                                                     const v1::ListTenantsRequest* request,
                                                     v1::ListTenantsResponse* response) {
  return RunUnary<Tenants::Page>(
      context,
      [&](const Caller& caller, Callback<Tenants::Page> done) {
        tenants_.List(caller, request->page_size(), request->page_token(), std::move(done));
      },
      [response](const Tenants::Page& page) {
        for (const Tenant& tenant : page.tenants) ToProto(tenant, response->add_tenants());
        response->set_next_page_token(page.next_page_token);
      });
}

grpc::ServerUnaryReactor* TenantService::CreateSession(grpc::CallbackServerContext* context,
                                                       const v1::CreateSessionRequest* request,
                                                       v1::CreateSessionResponse* response) {
  return RunUnary<Tenants::NewSession>(
      context,
      [&](const Caller& caller, Callback<Tenants::NewSession> done) {
        tenants_.CreateSession(caller, FromProto(*request), std::move(done));
      },
      [response](const Tenants::NewSession& result) {
        ToProto(result.session, response->mutable_session());
        response->set_token(result.token);
      });
}

grpc::ServerUnaryReactor* TenantService::RevokeSession(grpc::CallbackServerContext* context,
                                                       const v1::RevokeSessionRequest* request,
                                                       v1::RevokeSessionResponse* /*response*/) {
  return RunUnary<Tenants::Revoked>(
      context,
      [&](const Caller& caller, Callback<Tenants::Revoked> done) {
        tenants_.RevokeSession(caller, request->schema_name(), request->session_id(),
                               std::move(done));
      },
      [](Tenants::Revoked) {});
}

}  // namespace chatter::rpc
