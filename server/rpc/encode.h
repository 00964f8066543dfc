// Events as bytes of a ChatResponse.
//
// Each is one entry of ChatResponse.events, with its tag and length: entries put one behind another
// are a ChatResponse. So an event is encoded once, whatever the number of streams it goes to.
// Pure, thread-safe.
#ifndef CHATTER_SERVER_RPC_ENCODE_H_
#define CHATTER_SERVER_RPC_ENCODE_H_

#include "chatter/v1/chat.pb.h"
#include "server/model/model.h"

namespace chatter::rpc {

EncodedEvent Encode(const v1::ServerEvent& event);

// As a `room_event`.
EncodedEvent EncodeRoomEvent(const RoomEvent& event);

}  // namespace chatter::rpc

#endif  // CHATTER_SERVER_RPC_ENCODE_H_
