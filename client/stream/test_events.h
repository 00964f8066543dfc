// Short ways to write down what a server says. For tests only.
#ifndef CHATTER_CLIENT_STREAM_TEST_EVENTS_H_
#define CHATTER_CLIENT_STREAM_TEST_EVENTS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "chatter/v1/chat.pb.h"

namespace chatter::client::test_events {

struct Head {
  std::string room_id;
  uint64_t head_seq = 0;
  uint64_t joined_seq = 0;
};
using Heads = std::vector<Head>;

inline v1::ServerEvent Opened(const Heads& rooms, int32_t room_count = -1) {
  v1::ServerEvent event;
  auto* opened = event.mutable_opened();
  opened->set_user_id("alice");
  for (const Head& head : rooms) {
    auto* room = opened->add_rooms();
    room->set_room_id(head.room_id);
    room->set_head_seq(head.head_seq);
    room->set_joined_seq(head.joined_seq);
  }
  opened->set_room_count(room_count < 0 ? static_cast<int32_t>(rooms.size()) : room_count);
  opened->mutable_heartbeat_interval()->set_seconds(10);
  return event;
}

inline v1::ServerEvent Message(const std::string& room_id, uint64_t seq) {
  v1::ServerEvent event;
  event.mutable_room_event()->set_room_id(room_id);
  event.mutable_room_event()->set_seq(seq);
  event.mutable_room_event()->mutable_message_sent()->set_text("text");
  return event;
}

inline v1::ServerEvent MembersRemoved(const std::string& room_id, uint64_t seq,
                                      const std::vector<std::string>& user_ids) {
  v1::ServerEvent event;
  event.mutable_room_event()->set_room_id(room_id);
  event.mutable_room_event()->set_seq(seq);
  event.mutable_room_event()->mutable_members_removed()->mutable_user_ids()->Assign(
      user_ids.begin(), user_ids.end());
  return event;
}

inline v1::ServerEvent CaughtUp(const std::string& room_id, uint64_t head_seq) {
  v1::ServerEvent event;
  event.mutable_caught_up()->set_room_id(room_id);
  event.mutable_caught_up()->set_head_seq(head_seq);
  return event;
}

inline v1::ServerEvent Heartbeat(const Heads& heads) {
  v1::ServerEvent event;
  event.mutable_heartbeat();
  for (const Head& head : heads) {
    auto* sent = event.mutable_heartbeat()->add_heads();
    sent->set_room_id(head.room_id);
    sent->set_head_seq(head.head_seq);
  }
  return event;
}

inline v1::ServerEvent Drain(int after_seconds, int jitter_seconds) {
  v1::ServerEvent event;
  event.mutable_drain()->mutable_after()->set_seconds(after_seconds);
  event.mutable_drain()->mutable_jitter()->set_seconds(jitter_seconds);
  return event;
}

inline v1::ServerEvent Reset(const std::string& room_id, uint64_t next_seq) {
  v1::ServerEvent event;
  event.mutable_reset()->set_room_id(room_id);
  event.mutable_reset()->set_next_seq(next_seq);
  return event;
}

inline v1::ServerEvent Sent(const std::string& request_id, uint64_t seq) {
  v1::ServerEvent event;
  event.mutable_reply()->set_request_id(request_id);
  event.mutable_reply()->mutable_sent()->set_seq(seq);
  return event;
}

inline v1::ServerEvent Failed(const std::string& request_id, absl::StatusCode code) {
  v1::ServerEvent event;
  event.mutable_reply()->set_request_id(request_id);
  event.mutable_reply()->mutable_error()->set_code(static_cast<int>(code));
  event.mutable_reply()->mutable_error()->set_message("it failed");
  return event;
}

}  // namespace chatter::client::test_events

#endif  // CHATTER_CLIENT_STREAM_TEST_EVENTS_H_
