// Gives every call an id, which the logs of client and server share.
//
// The id is the client's own if its metadata `x-request-id` is a single value of 1 to 128 bytes of
// printable ASCII; else it is a new UUID. The response's metadata has it, too. Thread-safe.
#ifndef CHATTER_SERVER_INTERCEPTORS_REQUEST_ID_H_
#define CHATTER_SERVER_INTERCEPTORS_REQUEST_ID_H_

#include <grpcpp/support/server_interceptor.h>

namespace chatter::interceptors {

class RequestIdFactory final : public grpc::experimental::ServerInterceptorFactoryInterface {
 public:
  grpc::experimental::Interceptor* CreateServerInterceptor(
      grpc::experimental::ServerRpcInfo* call) override;
};

}  // namespace chatter::interceptors

#endif  // CHATTER_SERVER_INTERCEPTORS_REQUEST_ID_H_
