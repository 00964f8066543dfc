// UserService: the wire's side of admin::Users.
//
// Thread-safe. The rules must outlive it.
#ifndef CHATTER_SERVER_RPC_USER_SERVICE_H_
#define CHATTER_SERVER_RPC_USER_SERVICE_H_

#include "chatter/v1/user.grpc.pb.h"
#include "server/admin/users.h"

namespace chatter::rpc {

class UserService final : public v1::UserService::CallbackService {
 public:
  explicit UserService(admin::Users& users) : users_(users) {}

  grpc::ServerUnaryReactor* UpsertUsers(grpc::CallbackServerContext* context,
                                        const v1::UpsertUsersRequest* request,
                                        v1::UpsertUsersResponse* response) override;
  grpc::ServerUnaryReactor* GetUser(grpc::CallbackServerContext* context,
                                    const v1::GetUserRequest* request,
                                    v1::GetUserResponse* response) override;
  grpc::ServerUnaryReactor* ListUsers(grpc::CallbackServerContext* context,
                                      const v1::ListUsersRequest* request,
                                      v1::ListUsersResponse* response) override;
  grpc::ServerUnaryReactor* BatchGetUsers(grpc::CallbackServerContext* context,
                                          const v1::BatchGetUsersRequest* request,
                                          v1::BatchGetUsersResponse* response) override;
  grpc::ServerUnaryReactor* DeactivateUser(grpc::CallbackServerContext* context,
                                           const v1::DeactivateUserRequest* request,
                                           v1::DeactivateUserResponse* response) override;
  grpc::ServerUnaryReactor* ReactivateUser(grpc::CallbackServerContext* context,
                                           const v1::ReactivateUserRequest* request,
                                           v1::ReactivateUserResponse* response) override;

 private:
  admin::Users& users_;
};

}  // namespace chatter::rpc

#endif  // CHATTER_SERVER_RPC_USER_SERVICE_H_
