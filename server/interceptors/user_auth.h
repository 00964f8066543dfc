// Finds out who is calling, and gives the verdict: whether they may call the method.
//
// By the credentials that the call carries (credentials.h), in the tenant that was resolved before,
// and by the method's policy. Of several, each must be valid, and all must stand for one user.
// Anonymous methods are left alone. Thread-safe.
#ifndef CHATTER_SERVER_INTERCEPTORS_USER_AUTH_H_
#define CHATTER_SERVER_INTERCEPTORS_USER_AUTH_H_

#include <grpcpp/support/server_interceptor.h>

#include <utility>

#include "server/identity/authenticator_chain.h"
#include "server/interceptors/credentials.h"

namespace chatter::interceptors {

class UserAuthFactory final : public grpc::experimental::ServerInterceptorFactoryInterface {
 public:
  // `authenticators` must outlive the server.
  UserAuthFactory(identity::AuthenticatorChain& authenticators, CredentialOptions options)
      : authenticators_(authenticators), options_(std::move(options)) {}

  grpc::experimental::Interceptor* CreateServerInterceptor(
      grpc::experimental::ServerRpcInfo* call) override;

 private:
  identity::AuthenticatorChain& authenticators_;
  const CredentialOptions options_;
};

}  // namespace chatter::interceptors

#endif  // CHATTER_SERVER_INTERCEPTORS_USER_AUTH_H_
