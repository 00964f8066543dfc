#include "server/rpc/tenant_service.h"

#include <optional>
#include <utility>

#include "server/interceptors/call_context.h"
#include "server/rpc/tenant_export_stream.h"
#include "server/rpc/unary.h"
#include "server/wire/convert.h"

namespace chatter::rpc {

using admin::Tenants;

namespace {

using wire::FromProto;
using wire::ToProto;

Tenants::NewTenant FromProto(const v1::Tenant& tenant, bool with_key) {
  return {.schema_name = tenant.schema_name(),
          .display_name = tenant.display_name(),
          .domains = {tenant.domains().begin(), tenant.domains().end()},
          .with_key = with_key};
}

std::optional<absl::Duration> Grace(const v1::DeleteTenantRequest& request) {
  if (!request.has_grace()) return std::nullopt;
  return FromProto(request.grace());
}

// Runs a rule whose result is the response's tenant.
template <typename Response, typename Rule>
grpc::ServerUnaryReactor* RunTenantCall(grpc::CallbackServerContext* context, Response* response,
                                        Rule&& rule) {
  return RunUnary<Tenant>(context, std::forward<Rule>(rule), [response](const Tenant& tenant) {
    ToProto(tenant, response->mutable_tenant());
  });
}

// The same for a tenant that is made.
template <typename Response, typename Rule>
grpc::ServerUnaryReactor* RunMakeCall(grpc::CallbackServerContext* context, Response* response,
                                      Rule&& rule) {
  return RunUnary<Tenants::Made>(context, std::forward<Rule>(rule),
                                 [response](const Tenants::Made& made) {
                                   ToProto(made.tenant, response->mutable_tenant());
                                   if (!made.key.has_value()) return;
                                   ToProto(*made.key, response->mutable_api_key());
                                   response->set_key(made.secret);
                                 });
}

}  // namespace

grpc::ServerUnaryReactor* TenantService::CreateTenant(grpc::CallbackServerContext* context,
                                                      const v1::CreateTenantRequest* request,
                                                      v1::CreateTenantResponse* response) {
  return RunMakeCall(
      context, response, [&](const Administrator& caller, Callback<Tenants::Made> done) {
        tenants_.Create(caller, FromProto(request->tenant(), request->create_api_key()),
                        std::move(done));
      });
}

grpc::ServerUnaryReactor* TenantService::AttachTenant(grpc::CallbackServerContext* context,
                                                      const v1::AttachTenantRequest* request,
                                                      v1::AttachTenantResponse* response) {
  return RunMakeCall(
      context, response, [&](const Administrator& caller, Callback<Tenants::Made> done) {
        tenants_.Attach(caller, FromProto(request->tenant(), request->create_api_key()),
                        std::move(done));
      });
}

grpc::ServerUnaryReactor* TenantService::GetTenant(grpc::CallbackServerContext* context,
                                                   const v1::GetTenantRequest* request,
                                                   v1::GetTenantResponse* response) {
  return RunTenantCall(context, response, [&](const Administrator& caller, Callback<Tenant> done) {
    tenants_.Get(caller, request->schema_name(), std::move(done));
  });
}

grpc::ServerUnaryReactor* TenantService::ListTenants(grpc::CallbackServerContext* context,
                                                     const v1::ListTenantsRequest* request,
                                                     v1::ListTenantsResponse* response) {
  return RunUnary<Page<Tenant>>(
      context,
      [&](const Administrator& caller, Callback<Page<Tenant>> done) {
        tenants_.List(caller, *request, std::move(done));
      },
      [response](const Page<Tenant>& page) {
        for (const Tenant& tenant : page.entries) ToProto(tenant, response->add_tenants());
        response->set_next_page_token(page.next_page_token);
      });
}

grpc::ServerUnaryReactor* TenantService::UpdateTenant(grpc::CallbackServerContext* context,
                                                      const v1::UpdateTenantRequest* request,
                                                      v1::UpdateTenantResponse* response) {
  return RunTenantCall(context, response, [&](const Administrator& caller, Callback<Tenant> done) {
    lifecycle_.Change(caller, *request, std::move(done));
  });
}

grpc::ServerUnaryReactor* TenantService::RenameDomain(grpc::CallbackServerContext* context,
                                                      const v1::RenameDomainRequest* request,
                                                      v1::RenameDomainResponse* response) {
  return RunTenantCall(context, response, [&](const Administrator& caller, Callback<Tenant> done) {
    lifecycle_.RenameDomain(caller, request->schema_name(), request->old_domain(),
                            request->new_domain(), std::move(done));
  });
}

grpc::ServerUnaryReactor* TenantService::SuspendTenant(grpc::CallbackServerContext* context,
                                                       const v1::SuspendTenantRequest* request,
                                                       v1::SuspendTenantResponse* response) {
  return RunTenantCall(context, response, [&](const Administrator& caller, Callback<Tenant> done) {
    lifecycle_.Suspend(caller, request->schema_name(), request->reason(), std::move(done));
  });
}

grpc::ServerUnaryReactor* TenantService::ResumeTenant(grpc::CallbackServerContext* context,
                                                      const v1::ResumeTenantRequest* request,
                                                      v1::ResumeTenantResponse* response) {
  return RunTenantCall(context, response, [&](const Administrator& caller, Callback<Tenant> done) {
    lifecycle_.Resume(caller, request->schema_name(), std::move(done));
  });
}

grpc::ServerUnaryReactor* TenantService::DeleteTenant(grpc::CallbackServerContext* context,
                                                      const v1::DeleteTenantRequest* request,
                                                      v1::DeleteTenantResponse* response) {
  return RunTenantCall(context, response, [&](const Administrator& caller, Callback<Tenant> done) {
    lifecycle_.Delete(caller, request->schema_name(), Grace(*request), std::move(done));
  });
}

grpc::ServerUnaryReactor* TenantService::UndeleteTenant(grpc::CallbackServerContext* context,
                                                        const v1::UndeleteTenantRequest* request,
                                                        v1::UndeleteTenantResponse* response) {
  return RunTenantCall(context, response, [&](const Administrator& caller, Callback<Tenant> done) {
    lifecycle_.Undelete(caller, request->schema_name(), std::move(done));
  });
}

grpc::ServerUnaryReactor* TenantService::BeginEpoch(grpc::CallbackServerContext* context,
                                                    const v1::BeginEpochRequest* request,
                                                    v1::BeginEpochResponse* response) {
  return RunUnary<Epoch>(
      context,
      [&](const Administrator& caller, Callback<Epoch> done) {
        epochs_.Begin(caller, request->schema_name(), std::move(done));
      },
      [response](const Epoch& epoch) { response->set_epoch(epoch); });
}

grpc::ServerWriteReactor<v1::ExportTenantResponse>* TenantService::ExportTenant(
    grpc::CallbackServerContext* context, const v1::ExportTenantRequest* request) {
  return NewTenantExportStream(exports_, AdmitAs<Administrator>(context), request->schema_name());
}

}  // namespace chatter::rpc
