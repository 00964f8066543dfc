// What the tests of feeds share: events of rooms, and a client that keeps what it is sent.
#ifndef CHATTER_SERVER_STREAM_TEST_FEEDS_H_
#define CHATTER_SERVER_STREAM_TEST_FEEDS_H_

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "server/live/log_pages.h"
#include "server/stream/chat_feeds.h"
#include "server/wire/encode.h"

namespace chatter::stream {

inline RoomEvent MessageOf(const RoomId& room, uint64_t seq, size_t bytes = 1) {
  return {.room_id = room,
          .seq = seq,
          .created_at = {},
          .actor_id = "alice",
          .what = MessageSent{.client_message_id = "m", .text = std::string(bytes, 'x')}};
}

inline RoomEvent RemovalOf(const RoomId& room, uint64_t seq, const std::string& user) {
  v1::MembersRemoved removed;
  removed.add_user_ids(user);
  return {.room_id = room, .seq = seq, .created_at = {}, .actor_id = "alice", .what = removed};
}

inline RoomEvent DeletionOf(const RoomId& room, uint64_t seq) {
  return {.room_id = room,
          .seq = seq,
          .created_at = {},
          .actor_id = "alice",
          .what = v1::RoomDeleted()};
}

// Messages.
inline std::vector<RoomEvent> Messages(const RoomId& room, uint64_t first_seq, uint64_t last_seq,
                                       size_t bytes = 1) {
  std::vector<RoomEvent> events;
  for (uint64_t seq = first_seq; seq <= last_seq; ++seq) {
    events.push_back(MessageOf(room, seq, bytes));
  }
  return events;
}

inline live::LogPages::Page PageOf(std::span<const RoomEvent> events, bool has_more,
                                   const Epoch& epoch = "epoch") {
  return {.epoch = epoch, .runs = wire::EncodeRoomEvents(events), .has_more = has_more};
}

// What the frames say that were taken from an outbox.
inline std::vector<v1::ServerEvent> Parse(const std::vector<EncodedEvent>& frame) {
  std::string bytes;
  for (const EncodedEvent& event : frame) bytes += *event;
  v1::ChatResponse response;
  EXPECT_TRUE(response.ParseFromString(bytes));
  return {response.events().begin(), response.events().end()};
}

}  // namespace chatter::stream

#endif  // CHATTER_SERVER_STREAM_TEST_FEEDS_H_
