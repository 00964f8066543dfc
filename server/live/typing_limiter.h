// How many of a room's typing notices go out.
//
// A notice that repeats what the others have just been told is dropped, and so is one that there
// are too many deliveries for. Not thread-safe.
#ifndef CHATTER_SERVER_LIVE_TYPING_LIMITER_H_
#define CHATTER_SERVER_LIVE_TYPING_LIMITER_H_

#include <cstddef>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"
#include "common/steady_time.h"

namespace chatter::live {

class TypingLimiter {
 public:
  // In all of the room, and at once where there was silence. A notice to more followers than that
  // takes all of a second.
  static constexpr double kDeliveriesPerSecond = 1'000;
  // A user who is still typing is told of no sooner.
  static constexpr absl::Duration kRepeatAfter = absl::Seconds(2);
  // Clients take a notice as over by then.
  static constexpr absl::Duration kForgetAfter = absl::Seconds(10);

  // Whether the notice is to go to the room's followers, of whom there are so many. That somebody
  // has stopped goes to those who were told that they are typing, and once.
  bool Admit(const std::string& user_id, bool active, size_t followers, SteadyTime now);

 private:
  bool TakeTokens(size_t followers, SteadyTime now);

  double tokens_ = kDeliveriesPerSecond;
  SteadyTime filled_at_ = SteadyTime::InfinitePast();
  absl::flat_hash_map<std::string, SteadyTime> typing_;  // when the others were last told so
};

}  // namespace chatter::live

#endif  // CHATTER_SERVER_LIVE_TYPING_LIMITER_H_
