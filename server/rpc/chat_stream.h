// The gRPC end of a Chat stream: reads requests for its session and writes what the session has.
#ifndef CHATTER_SERVER_RPC_CHAT_STREAM_H_
#define CHATTER_SERVER_RPC_CHAT_STREAM_H_

#include <grpcpp/grpcpp.h>

#include "absl/status/statusor.h"
#include "server/stream/chat_sessions.h"

namespace chatter::rpc {

// The reactor of one call, which deletes itself. `caller`: who it is, or why the call is denied.
grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* NewChatStream(
    stream::ChatSessions& sessions, const absl::StatusOr<UserCaller>& caller);

}  // namespace chatter::rpc

#endif  // CHATTER_SERVER_RPC_CHAT_STREAM_H_
