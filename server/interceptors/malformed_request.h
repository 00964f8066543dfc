// Gives unary calls whose request isn't the expected Protobuf message the answer that the API
// states: INVALID_ARGUMENT (MALFORMED_REQUEST), or the denial of a caller who may not call at all.
//
// gRPC by itself would answer UNIMPLEMENTED, without a word why; the handler isn't called. Must
// stand behind the other interceptors, so that there is a verdict. Streams are left alone.
// Thread-safe.
#ifndef CHATTER_SERVER_INTERCEPTORS_MALFORMED_REQUEST_H_
#define CHATTER_SERVER_INTERCEPTORS_MALFORMED_REQUEST_H_

#include <grpcpp/support/server_interceptor.h>

#include "absl/status/status.h"

namespace chatter::interceptors {

absl::Status MalformedRequestError();

class MalformedRequestFactory final : public grpc::experimental::ServerInterceptorFactoryInterface {
 public:
  grpc::experimental::Interceptor* CreateServerInterceptor(
      grpc::experimental::ServerRpcInfo* call) override;
};

}  // namespace chatter::interceptors

#endif  // CHATTER_SERVER_INTERCEPTORS_MALFORMED_REQUEST_H_
