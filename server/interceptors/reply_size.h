// Counts what the replies of unary calls take until their clients have read them: see
// reply_budget.h.
#ifndef CHATTER_SERVER_INTERCEPTORS_REPLY_SIZE_H_
#define CHATTER_SERVER_INTERCEPTORS_REPLY_SIZE_H_

#include <grpcpp/support/server_interceptor.h>

namespace chatter::interceptors {

class ReplySizeFactory final : public grpc::experimental::ServerInterceptorFactoryInterface {
 public:
  grpc::experimental::Interceptor* CreateServerInterceptor(
      grpc::experimental::ServerRpcInfo* call) override;
};

}  // namespace chatter::interceptors

#endif  // CHATTER_SERVER_INTERCEPTORS_REPLY_SIZE_H_
