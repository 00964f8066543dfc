// Gives unary calls whose request isn't the expected Protobuf message the answer that the API
// states: INVALID_ARGUMENT (MALFORMED_REQUEST), or the denial of a caller who may not call at all.
//
// gRPC by itself would answer UNIMPLEMENTED, without a word why. The handler isn't called. This
// interceptor must come after the others, so that there is a verdict. It leaves streams alone.
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
