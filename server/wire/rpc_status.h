// From absl::Status to google.rpc.Status: the form in which the API tells a failure.
//
// Thread-safe, free of gRPC. See model/errors.h for what the payloads are.
#ifndef CHATTER_SERVER_WIRE_RPC_STATUS_H_
#define CHATTER_SERVER_WIRE_RPC_STATUS_H_

#include "absl/status/status.h"
#include "google/rpc/status.pb.h"

namespace chatter::wire {

// Each payload becomes one detail. The two kinds of code have the same numbers.
// A status without a reason, which the API promises with every failure, never gets out: work that
// the database gave up becomes DATABASE_UNAVAILABLE, anything else is a defect, logged and
// INTERNAL.
google::rpc::Status ToRpcStatus(const absl::Status& status);

}  // namespace chatter::wire

#endif  // CHATTER_SERVER_WIRE_RPC_STATUS_H_
