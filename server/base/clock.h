// Where the time comes from, so that tests can set it.
#ifndef CHATTER_SERVER_BASE_CLOCK_H_
#define CHATTER_SERVER_BASE_CLOCK_H_

#include "absl/time/time.h"
#include "common/steady_time.h"

namespace chatter {

// Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;

  // The time of day, which may step back and forth: for what is written down, shown, or compared
  // with times that others wrote.
  virtual absl::Time Now() const = 0;

  // For everything else.
  virtual SteadyTime Steady() const = 0;

  // The system's clocks. Lives as long as the process.
  static const Clock& Real();
};

}  // namespace chatter

#endif  // CHATTER_SERVER_BASE_CLOCK_H_
