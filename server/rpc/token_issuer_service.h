// TokenIssuerService: the wire's side of admin::TokenIssuers.
//
// Thread-safe. The rules must outlive it.
#ifndef CHATTER_SERVER_RPC_TOKEN_ISSUER_SERVICE_H_
#define CHATTER_SERVER_RPC_TOKEN_ISSUER_SERVICE_H_

#include "chatter/v1/token_issuer.grpc.pb.h"
#include "server/admin/token_issuers.h"

namespace chatter::rpc {

class TokenIssuerService final : public v1::TokenIssuerService::CallbackService {
 public:
  explicit TokenIssuerService(admin::TokenIssuers& issuers) : issuers_(issuers) {}

  grpc::ServerUnaryReactor* SetTokenIssuer(grpc::CallbackServerContext* context,
                                           const v1::SetTokenIssuerRequest* request,
                                           v1::SetTokenIssuerResponse* response) override;
  grpc::ServerUnaryReactor* ListTokenIssuers(grpc::CallbackServerContext* context,
                                             const v1::ListTokenIssuersRequest* request,
                                             v1::ListTokenIssuersResponse* response) override;
  grpc::ServerUnaryReactor* DeleteTokenIssuer(grpc::CallbackServerContext* context,
                                              const v1::DeleteTokenIssuerRequest* request,
                                              v1::DeleteTokenIssuerResponse* response) override;

 private:
  admin::TokenIssuers& issuers_;
};

}  // namespace chatter::rpc

#endif  // CHATTER_SERVER_RPC_TOKEN_ISSUER_SERVICE_H_
