// Gives every call an id, by which its traces on both sides can be found.
//
// The client's own if its metadata `x-request-id` is a single value of 1 to 128 bytes of printable
// ASCII; else a new UUID. The response's metadata carries it back. Thread-safe.
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
