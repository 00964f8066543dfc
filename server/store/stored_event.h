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

// chatter_event.kind. The numbers are stored: never change or reuse them. SQL has names for them:
// sql/numbers.list.
enum class EventKind : int16_t {
  kRoomCreated = 1,
  kMessageSent = 2,
  kRoomUpdated = 3,
  kMembersAdded = 4,
  kMembersRemoved = 5,
  kRolesChanged = 6,
  kMessageEdited = 7,
  kMessageDeleted = 8,
  kReactionAdded = 9,
  kReactionRemoved = 10,
  kMessagePinned = 11,
  kMessageUnpinned = 12,
  kRoomDeleted = 13,  // stored for an attempt's sake (delete_room.sql): nobody reads it
};

using EventContent = decltype(RoomEvent::what);

// A row of read_events.sql.
RoomEvent ReadEvent(const RoomId& room, const postgres::Rows& rows, int row);

struct StoredContent {
  EventKind kind;
  std::string details;
  std::optional<std::string> text;  // of chatter_event.text: what goes when a message is deleted
};
// REQUIRES: none of MessageSent (append_messages.sql stores it), RoomDeleted (which is told, but
// not stored) and UnknownEvent.
StoredContent ToStored(const EventContent& content);

// What chatter_event.details and chatter_message.details hold: the same details are the same bytes.
std::string ToStored(const v1::MessageDetails& details);

}  // namespace chatter::store

#endif  // CHATTER_SERVER_STORE_STORED_EVENT_H_
