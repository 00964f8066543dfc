// How events are stored: what kind, text and details of chatter_event hold.
//
// Pure functions.
#ifndef CHATTER_SERVER_STORE_STORED_EVENT_H_
#define CHATTER_SERVER_STORE_STORED_EVENT_H_

#include <cstdint>
#include <optional>
#include <string>

#include "server/model/room.h"

namespace chatter::postgres {
class Rows;
}  // namespace chatter::postgres

namespace chatter::store {

using EventContent = decltype(RoomEvent::what);

// A row of read_events.sql.
RoomEvent ReadEvent(const RoomId& room, const postgres::Rows& rows, int row);

struct StoredContent {
  int16_t kind;
  std::string details;
  std::optional<std::string> text;  // of chatter_event.text: what goes when a message is deleted
};
// REQUIRES: none of MessageSent (append_messages.sql stores it), RoomDeleted (which is told, but
// not stored) and UnknownEvent.
StoredContent ToStored(const EventContent& content);

}  // namespace chatter::store

#endif  // CHATTER_SERVER_STORE_STORED_EVENT_H_
