// From absl::Status to grpc::Status. The one place where a call's failure takes gRPC's form.
//
// Pure, thread-safe.
#ifndef CHATTER_SERVER_INTERCEPTORS_STATUS_H_
#define CHATTER_SERVER_INTERCEPTORS_STATUS_H_

#include "absl/status/status.h"
#include "grpcpp/support/status.h"

namespace chatter::interceptors {

// The error details are the whole google.rpc.Status. They travel in the trailing metadata, of which
// many clients accept no more than 8 KiB, so a longer list of field violations is cut.
grpc::Status ToGrpcStatus(const absl::Status& status);

}  // namespace chatter::interceptors

#endif  // CHATTER_SERVER_INTERCEPTORS_STATUS_H_
