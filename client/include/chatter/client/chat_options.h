// Where a ChatStream begins, and how patient it is.
#ifndef CHATTER_CLIENT_CHAT_OPTIONS_H_
#define CHATTER_CLIENT_CHAT_OPTIONS_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "absl/time/time.h"
#include "chatter/client/options.h"

namespace chatter::client {

// The last sequence number seen of a room, and the epoch of the logs in which it was seen (see
// `Opened` in chat.proto). An empty epoch stands for that of the first stream.
struct Cursor {
  // NOLINTNEXTLINE(google-explicit-constructor): a number is a cursor, too.
  Cursor(uint64_t last_seq = 0, std::string its_epoch = {})
      : seq(last_seq), epoch(std::move(its_epoch)) {}

  uint64_t seq;
  std::string epoch;

  bool operator==(const Cursor&) const = default;
};

// By room id.
using Cursors = std::map<std::string, Cursor>;

// How long to wait before trying again: exponential, with full jitter.
struct BackoffOptions {
  absl::Duration initial = absl::Milliseconds(200);  // the most that the first wait can last
  absl::Duration max = absl::Seconds(10);            // the most that any wait can last
};

struct ChatSessionOptions {
  Cursors cursors;         // rooms without one begin at their heads
  BackoffOptions backoff;  // between streams, and between attempts to send a message
  // How long a new stream may take to be open.
  absl::Duration open_timeout = absl::Seconds(10);
  size_t max_pending_sends = 1'000;  // how many messages may be unanswered
};

struct ChatStreamOptions {
  ClientOptions client;
  ChatSessionOptions session;
};

}  // namespace chatter::client

#endif  // CHATTER_CLIENT_CHAT_OPTIONS_H_
