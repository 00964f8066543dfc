// SessionService: the wire's side of admin::Sessions.
//
// Thread-safe. The rules must outlive it.
#ifndef CHATTER_SERVER_RPC_SESSION_SERVICE_H_
#define CHATTER_SERVER_RPC_SESSION_SERVICE_H_

#include "chatter/v1/session.grpc.pb.h"
#include "server/admin/sessions.h"

namespace chatter::rpc {

class SessionService final : public v1::SessionService::CallbackService {
 public:
  explicit SessionService(admin::Sessions& sessions) : sessions_(sessions) {}

  grpc::ServerUnaryReactor* CreateSession(grpc::CallbackServerContext* context,
                                          const v1::CreateSessionRequest* request,
                                          v1::CreateSessionResponse* response) override;
  grpc::ServerUnaryReactor* ListSessions(grpc::CallbackServerContext* context,
                                         const v1::ListSessionsRequest* request,
                                         v1::ListSessionsResponse* response) override;
  grpc::ServerUnaryReactor* RevokeSession(grpc::CallbackServerContext* context,
                                          const v1::RevokeSessionRequest* request,
                                          v1::RevokeSessionResponse* response) override;
  grpc::ServerUnaryReactor* RevokeSessions(grpc::CallbackServerContext* context,
                                           const v1::RevokeSessionsRequest* request,
                                           v1::RevokeSessionsResponse* response) override;

 private:
  admin::Sessions& sessions_;
};

}  // namespace chatter::rpc

#endif  // CHATTER_SERVER_RPC_SESSION_SERVICE_H_
