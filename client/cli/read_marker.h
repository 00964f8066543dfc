// Decides when the server is told how far somebody has read: soon, but not for every message.
//
// Not thread-safe.
#ifndef CHATTER_CLIENT_CLI_READ_MARKER_H_
#define CHATTER_CLIENT_CLI_READ_MARKER_H_

#include <algorithm>
#include <cstdint>
#include <functional>
#include <utility>

#include "absl/time/time.h"
#include "common/steady_time.h"

namespace chatter::client::cli {

class ReadMarker {
 public:
  // Tells the server. False: it can't be told now.
  using Tell = std::function<bool(uint64_t seq)>;

  explicit ReadMarker(Tell tell) : tell_(std::move(tell)) {}

  void OnShown(uint64_t seq) { shown_ = std::max(shown_, seq); }
  // The stream is a new one: what was told last may have been lost with the old one.
  void OnConnected() {
    told_ = 0;
    may_tell_at_ = SteadyTime::InfinitePast();
  }

  SteadyTime NextDeadline() const {
    return shown_ > told_ ? may_tell_at_ : SteadyTime::InfiniteFuture();
  }
  // REQUIRES: called when NextDeadline() has come; harmless earlier.
  void OnTimer(SteadyTime now) {
    if (now < NextDeadline()) return;
    may_tell_at_ = now + kEvery;
    if (tell_(shown_)) told_ = shown_;
  }

 private:
  static constexpr absl::Duration kEvery = absl::Seconds(1);

  const Tell tell_;
  uint64_t shown_ = 0;
  uint64_t told_ = 0;
  SteadyTime may_tell_at_ = SteadyTime::InfinitePast();
};

}  // namespace chatter::client::cli

#endif  // CHATTER_CLIENT_CLI_READ_MARKER_H_
