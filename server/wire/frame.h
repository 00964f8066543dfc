// Between gRPC's bytes and ours.
#ifndef CHATTER_SERVER_WIRE_FRAME_H_
#define CHATTER_SERVER_WIRE_FRAME_H_

#include <google/protobuf/message_lite.h>
#include <grpcpp/support/byte_buffer.h>

#include <vector>

#include "server/model/room.h"

namespace chatter::wire {

// The entries of a frame put one behind another: a ChatResponse, or a SubscribeResponse.
grpc::ByteBuffer ToByteBuffer(const std::vector<EncodedEvent>& frame);

// False: the bytes are no such message. They are gone afterwards.
bool ParseRequest(grpc::ByteBuffer& bytes, google::protobuf::MessageLite& request);

}  // namespace chatter::wire

#endif  // CHATTER_SERVER_WIRE_FRAME_H_
