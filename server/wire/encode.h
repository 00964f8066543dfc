// Events as bytes of a ChatResponse, and of a SubscribeResponse, which is the same.
//
// Each is one entry of ChatResponse.events, with its tag and length: entries put one behind another
// are a ChatResponse. So an event is encoded once, whatever the number of streams it goes to.
// Pure, thread-safe.
#ifndef CHATTER_SERVER_WIRE_ENCODE_H_
#define CHATTER_SERVER_WIRE_ENCODE_H_

#include <span>
#include <vector>

#include "chatter/v1/chat.pb.h"
#include "server/model/presence.h"
#include "server/model/room.h"

namespace chatter::wire {

EncodedEvent Encode(const v1::ServerEvent& event);
EncodedEvent EncodePresence(const UserPresence& presence);

// As `room_event`s. No event of a run begins beyond kRunBytes, so that frames can be filled well,
// and none after one that removes members or the room.
inline constexpr size_t kRunBytes = 16 << 10;
std::vector<EncodedRun> EncodeRoomEvents(std::span<const RoomEvent> events);

}  // namespace chatter::wire

#endif  // CHATTER_SERVER_WIRE_ENCODE_H_
