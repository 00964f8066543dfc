// ServiceAccountService: the wire's side of admin::ServiceAccounts.
//
// Thread-safe. The rules must outlive it.
#ifndef CHATTER_SERVER_RPC_SERVICE_ACCOUNT_SERVICE_H_
#define CHATTER_SERVER_RPC_SERVICE_ACCOUNT_SERVICE_H_

#include "chatter/v1/service_account.grpc.pb.h"
#include "server/admin/service_accounts.h"

namespace chatter::rpc {

class ServiceAccountService final : public v1::ServiceAccountService::CallbackService {
 public:
  explicit ServiceAccountService(admin::ServiceAccounts& accounts) : accounts_(accounts) {}

  grpc::ServerUnaryReactor* SetServiceAccount(grpc::CallbackServerContext* context,
                                              const v1::SetServiceAccountRequest* request,
                                              v1::SetServiceAccountResponse* response) override;
  grpc::ServerUnaryReactor* ListServiceAccounts(grpc::CallbackServerContext* context,
                                                const v1::ListServiceAccountsRequest* request,
                                                v1::ListServiceAccountsResponse* response) override;
  grpc::ServerUnaryReactor* DeleteServiceAccount(
      grpc::CallbackServerContext* context, const v1::DeleteServiceAccountRequest* request,
      v1::DeleteServiceAccountResponse* response) override;
  grpc::ServerUnaryReactor* CreateApiKey(grpc::CallbackServerContext* context,
                                         const v1::CreateApiKeyRequest* request,
                                         v1::CreateApiKeyResponse* response) override;
  grpc::ServerUnaryReactor* ListApiKeys(grpc::CallbackServerContext* context,
                                        const v1::ListApiKeysRequest* request,
                                        v1::ListApiKeysResponse* response) override;
  grpc::ServerUnaryReactor* RevokeApiKey(grpc::CallbackServerContext* context,
                                         const v1::RevokeApiKeyRequest* request,
                                         v1::RevokeApiKeyResponse* response) override;

 private:
  admin::ServiceAccounts& accounts_;
};

}  // namespace chatter::rpc

#endif  // CHATTER_SERVER_RPC_SERVICE_ACCOUNT_SERVICE_H_
