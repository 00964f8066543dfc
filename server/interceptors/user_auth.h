// Finds out who is calling, and gives the verdict: whether they may call the method.
//
// By the metadata `authorization: Bearer <token>`, in the tenant that was resolved before, and by
// the method's policy. Anonymous methods are left alone. Thread-safe.
#ifndef CHATTER_SERVER_INTERCEPTORS_USER_AUTH_H_
#define CHATTER_SERVER_INTERCEPTORS_USER_AUTH_H_

#include <grpcpp/support/server_interceptor.h>

#include "server/identity/authenticator.h"

namespace chatter::interceptors {

class UserAuthFactory final : public grpc::experimental::ServerInterceptorFactoryInterface {
 public:
  // `authenticators` must outlive the server.
  explicit UserAuthFactory(const identity::AuthenticatorChain& authenticators)
      : authenticators_(authenticators) {}

  grpc::experimental::Interceptor* CreateServerInterceptor(
      grpc::experimental::ServerRpcInfo* call) override;

 private:
  const identity::AuthenticatorChain& authenticators_;
};

}  // namespace chatter::interceptors

#endif  // CHATTER_SERVER_INTERCEPTORS_USER_AUTH_H_
