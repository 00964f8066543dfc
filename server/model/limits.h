// The bounds that SettingsService tells of, gathered: whoever holds to one takes it from here.
//
// Those of single fields stand where the fields are checked. proto/chatter/v1 states all of them.
#ifndef CHATTER_SERVER_MODEL_LIMITS_H_
#define CHATTER_SERVER_MODEL_LIMITS_H_

#include <cstdint>

namespace chatter::limits {

// Of a message.
inline constexpr int32_t kTextBytes = 16'384;
inline constexpr int32_t kAttachments = 10;
inline constexpr int32_t kMentionedUsers = 50;
inline constexpr int32_t kReactions = 50;  // different ones

// Of a room.
inline constexpr int32_t kRoomMembers = 10'000;
inline constexpr int32_t kFirstRoomMembers = 1'000;  // that it is made with
inline constexpr int32_t kToldRoomMembers =
    100;  // beyond, read marks aren't told: each would go to all
inline constexpr int32_t kUnreadMessages = 999;  // that are counted: see unread_count.sql

// Of either.
inline constexpr int32_t kAttributeEntries = 32;
inline constexpr int32_t kAttributeBytes = 8'192;

// Of a stream.
inline constexpr int32_t kStreamRooms = 10'000;
inline constexpr int32_t kStreamCommands = 64;  // in hand
inline constexpr int32_t kWatchedUsers = 200;

// Of a request. The largest within the API's bounds is an `open` with kStreamRooms cursors: 510,000
// bytes.
inline constexpr int32_t kRequestBytes = 512 << 10;

}  // namespace chatter::limits

#endif  // CHATTER_SERVER_MODEL_LIMITS_H_
