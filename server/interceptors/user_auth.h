// Finds out who is calling, and gives the verdict: whether they may call the method.
//
// By the credentials that the call carries (credentials.h), in the tenant that was resolved before,
// and by the method's policy. Of several, each must be valid, and all must stand for one user.
// A service may call on behalf of a user (on_behalf_of.h). Methods for anybody are left alone.
// Thread-safe.
#ifndef CHATTER_SERVER_INTERCEPTORS_USER_AUTH_H_
#define CHATTER_SERVER_INTERCEPTORS_USER_AUTH_H_

#include <grpcpp/support/server_interceptor.h>

#include <utility>

#include "server/identity/authenticator_chain.h"
#include "server/identity/user_directory.h"
#include "server/interceptors/credentials.h"

namespace chatter::interceptors {

class UserAuthFactory final : public grpc::experimental::ServerInterceptorFactoryInterface {
 public:
  // `authenticators` and `users` must outlive the server.
  UserAuthFactory(identity::AuthenticatorChain& authenticators, identity::UserDirectory& users,
                  CredentialOptions options)
      : authenticators_(authenticators), users_(users), options_(std::move(options)) {}

  grpc::experimental::Interceptor* CreateServerInterceptor(
      grpc::experimental::ServerRpcInfo* call) override;

 private:
  identity::AuthenticatorChain& authenticators_;
  identity::UserDirectory& users_;
  const CredentialOptions options_;
};

}  // namespace chatter::interceptors

#endif  // CHATTER_SERVER_INTERCEPTORS_USER_AUTH_H_
