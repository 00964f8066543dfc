#include "server/rpc/service_account_service.h"

#include <utility>
#include <vector>

#include "server/rpc/unary.h"
#include "server/wire/convert.h"

namespace chatter::rpc {

using admin::ServiceAccounts;

namespace {

using wire::FromProto;
using wire::ToProto;

ServiceAccount FromProto(const v1::ServiceAccount& account) {
  return {.name = account.name(),
          .scope = {.tenants = {account.tenants().begin(), account.tenants().end()},
                    .services = {account.services().begin(), account.services().end()},
                    .read_only = account.read_only(),
                    .may_act_for_users = account.may_act_for_users()},
          .certificate_names = {account.certificate_names().begin(),
                                account.certificate_names().end()}};
}

void Fill(const ServiceAccount& account, v1::ServiceAccount* out) {
  out->set_name(account.name);
  for (const std::string& tenant : account.scope.tenants) out->add_tenants(tenant);
  for (const std::string& service : account.scope.services) out->add_services(service);
  out->set_read_only(account.scope.read_only);
  out->set_may_act_for_users(account.scope.may_act_for_users);
  for (const std::string& name : account.certificate_names) out->add_certificate_names(name);
  ToProto(account.created_at, out->mutable_created_at());
}

}  // namespace

grpc::ServerUnaryReactor* ServiceAccountService::SetServiceAccount(
    grpc::CallbackServerContext* context, const v1::SetServiceAccountRequest* request,
    v1::SetServiceAccountResponse* response) {
  return RunUnary<ServiceAccount>(
      context,
      [&](const Administrator& caller, Callback<ServiceAccount> done) {
        accounts_.Set(caller, FromProto(request->service_account()), std::move(done));
      },
      [response](const ServiceAccount& account) {
        Fill(account, response->mutable_service_account());
      });
}

grpc::ServerUnaryReactor* ServiceAccountService::ListServiceAccounts(
    grpc::CallbackServerContext* context, const v1::ListServiceAccountsRequest* request,
    v1::ListServiceAccountsResponse* response) {
  return RunUnary<Page<ServiceAccount>>(
      context,
      [&](const Administrator& caller, Callback<Page<ServiceAccount>> done) {
        accounts_.List(caller, *request, std::move(done));
      },
      [response](const Page<ServiceAccount>& page) {
        for (const auto& account : page.entries) Fill(account, response->add_service_accounts());
        response->set_next_page_token(page.next_page_token);
      });
}

grpc::ServerUnaryReactor* ServiceAccountService::DeleteServiceAccount(
    grpc::CallbackServerContext* context, const v1::DeleteServiceAccountRequest* request,
    v1::DeleteServiceAccountResponse* /*response*/) {
  return RunUnary<ServiceAccounts::Done>(
      context,
      [&](const Administrator& caller, Callback<ServiceAccounts::Done> done) {
        accounts_.Delete(caller, request->name(), std::move(done));
      },
      [](ServiceAccounts::Done) {});
}

grpc::ServerUnaryReactor* ServiceAccountService::CreateApiKey(
    grpc::CallbackServerContext* context, const v1::CreateApiKeyRequest* request,
    v1::CreateApiKeyResponse* response) {
  return RunUnary<ServiceAccounts::CreatedKey>(
      context,
      [&](const Administrator& caller, Callback<ServiceAccounts::CreatedKey> done) {
        ServiceAccounts::NewKey key{.account = request->account(), .ttl = {}, .overlap = {}};
        if (request->has_ttl()) key.ttl = FromProto(request->ttl());
        if (request->has_overlap()) key.overlap = FromProto(request->overlap());
        accounts_.CreateKey(caller, key, std::move(done));
      },
      [response](const ServiceAccounts::CreatedKey& created) {
        ToProto(created.key, response->mutable_api_key());
        response->set_key(created.secret);
      });
}

grpc::ServerUnaryReactor* ServiceAccountService::ListApiKeys(grpc::CallbackServerContext* context,
                                                             const v1::ListApiKeysRequest* request,
                                                             v1::ListApiKeysResponse* response) {
  return RunUnary<std::vector<ApiKey>>(
      context,
      [&](const Administrator& caller, Callback<std::vector<ApiKey>> done) {
        accounts_.ListKeys(caller, request->account(), std::move(done));
      },
      [response](const std::vector<ApiKey>& keys) {
        for (const ApiKey& key : keys) ToProto(key, response->add_api_keys());
      });
}

grpc::ServerUnaryReactor* ServiceAccountService::RevokeApiKey(
    grpc::CallbackServerContext* context, const v1::RevokeApiKeyRequest* request,
    v1::RevokeApiKeyResponse* /*response*/) {
  return RunUnary<ServiceAccounts::Done>(
      context,
      [&](const Administrator& caller, Callback<ServiceAccounts::Done> done) {
        accounts_.RevokeKey(caller, request->id(), std::move(done));
      },
      [](ServiceAccounts::Done) {});
}

}  // namespace chatter::rpc
