#include "server/rpc/user_service.h"

#include <utility>
#include <vector>

#include "server/rpc/unary.h"
#include "server/wire/convert.h"

namespace chatter::rpc {

grpc::ServerUnaryReactor* UserService::UpsertUsers(grpc::CallbackServerContext* context,
                                                   const v1::UpsertUsersRequest* request,
                                                   v1::UpsertUsersResponse* response) {
  return RunUnary<std::vector<User>>(
      context,
      [&](const ServiceCaller& caller, Callback<std::vector<User>> done) {
        std::vector<User> users;
        for (const v1::User& user : request->users()) {
          users.push_back({.id = user.id(), .display_name = user.display_name(), .created_at = {}});
        }
        users_.Upsert(caller, std::move(users), std::move(done));
      },
      [response](const std::vector<User>& users) {
        for (const User& user : users) wire::ToProto(user, response->add_users());
      });
}

grpc::ServerUnaryReactor* UserService::GetUser(grpc::CallbackServerContext* context,
                                               const v1::GetUserRequest* request,
                                               v1::GetUserResponse* response) {
  return RunUnary<User>(
      context,
      [&](const TenantCaller& caller, Callback<User> done) {
        users_.Get(caller, request->user_id(), std::move(done));
      },
      [response](const User& user) { wire::ToProto(user, response->mutable_user()); });
}

grpc::ServerUnaryReactor* UserService::ListUsers(grpc::CallbackServerContext* context,
                                                 const v1::ListUsersRequest* request,
                                                 v1::ListUsersResponse* response) {
  return RunUnary<Page<User>>(
      context,
      [&](const TenantCaller& caller, Callback<Page<User>> done) {
        users_.List(caller, *request, std::move(done));
      },
      [response](const Page<User>& page) {
        for (const User& user : page.entries) wire::ToProto(user, response->add_users());
        response->set_next_page_token(page.next_page_token);
      });
}

grpc::ServerUnaryReactor* UserService::BatchGetUsers(grpc::CallbackServerContext* context,
                                                     const v1::BatchGetUsersRequest* request,
                                                     v1::BatchGetUsersResponse* response) {
  return RunUnary<std::vector<User>>(
      context,
      [&](const TenantCaller& caller, Callback<std::vector<User>> done) {
        users_.BatchGet(caller, {request->user_ids().begin(), request->user_ids().end()},
                        std::move(done));
      },
      [response](const std::vector<User>& users) {
        for (const User& user : users) wire::ToProto(user, response->add_users());
      });
}

grpc::ServerUnaryReactor* UserService::DeactivateUser(grpc::CallbackServerContext* context,
                                                      const v1::DeactivateUserRequest* request,
                                                      v1::DeactivateUserResponse* response) {
  return RunUnary<User>(
      context,
      [&](const ServiceCaller& caller, Callback<User> done) {
        users_.SetActive(caller, request->user_id(), false, std::move(done));
      },
      [response](const User& user) { wire::ToProto(user, response->mutable_user()); });
}

grpc::ServerUnaryReactor* UserService::ReactivateUser(grpc::CallbackServerContext* context,
                                                      const v1::ReactivateUserRequest* request,
                                                      v1::ReactivateUserResponse* response) {
  return RunUnary<User>(
      context,
      [&](const ServiceCaller& caller, Callback<User> done) {
        users_.SetActive(caller, request->user_id(), true, std::move(done));
      },
      [response](const User& user) { wire::ToProto(user, response->mutable_user()); });
}

}  // namespace chatter::rpc
