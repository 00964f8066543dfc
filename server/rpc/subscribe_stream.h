// The gRPC end of a Subscribe stream: what a Chat stream has to say, to those who can't send on it.
#ifndef CHATTER_SERVER_RPC_SUBSCRIBE_STREAM_H_
#define CHATTER_SERVER_RPC_SUBSCRIBE_STREAM_H_

#include <grpcpp/grpcpp.h>

#include "absl/status/statusor.h"
#include "server/stream/chat_sessions.h"

namespace chatter::rpc {

// The reactor of one call, which deletes itself. `caller`: who it is, or why the call is denied.
// `request`: the bytes of a SubscribeRequest.
grpc::ServerWriteReactor<grpc::ByteBuffer>* NewSubscribeStream(
    stream::ChatSessions& sessions, const absl::StatusOr<UserCaller>& caller,
    const grpc::ByteBuffer& request);

}  // namespace chatter::rpc

#endif  // CHATTER_SERVER_RPC_SUBSCRIBE_STREAM_H_
