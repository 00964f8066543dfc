// The bounds of Chat streams.
#ifndef CHATTER_SERVER_STREAM_CHAT_OPTIONS_H_
#define CHATTER_SERVER_STREAM_CHAT_OPTIONS_H_

#include <cstddef>

#include "absl/time/time.h"
#include "server/model/limits.h"

namespace chatter::stream {

struct ChatOptions {
  absl::Duration heartbeat_interval = absl::Seconds(30);
  absl::Duration send_timeout = absl::Seconds(10);  // how long a send may wait for the database
  int max_commands_in_hand = limits::kStreamCommands;
  size_t max_request_bytes = limits::kRequestBytes;
  size_t max_live_bytes = 1 << 20;  // in the outbox, see there
  size_t max_all_live_bytes =
      256 << 20;                      // in all outboxes; beyond, each gets Outbox::kMinLiveBytes
  size_t max_frame_bytes = 64 << 10;  // of one ChatResponse, unless one event is larger
  int max_rooms = limits::kStreamRooms;
  int max_opened_rooms = 1'000;
  size_t max_streams_of_user = 100;
};

}  // namespace chatter::stream

#endif  // CHATTER_SERVER_STREAM_CHAT_OPTIONS_H_
