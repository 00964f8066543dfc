// Between gRPC's bytes and ours.
#ifndef CHATTER_SERVER_RPC_FRAME_H_
#define CHATTER_SERVER_RPC_FRAME_H_

#include <google/protobuf/message.h>
#include <grpcpp/support/byte_buffer.h>

#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "server/model/room.h"

namespace chatter::rpc {

// The entries of a frame put one behind another: a ChatResponse, or a SubscribeResponse.
grpc::ByteBuffer ToByteBuffer(const std::vector<EncodedEvent>& frame);

// OK, or why the bytes can't be read: as UnreadableError says (bad_text.h).
absl::Status ParseRequest(grpc::ByteBuffer& bytes, google::protobuf::Message& request,
                          std::string_view needed = {});

}  // namespace chatter::rpc

#endif  // CHATTER_SERVER_RPC_FRAME_H_
