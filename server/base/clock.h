// Where the time comes from, so that tests can set it.
#ifndef CHATTER_SERVER_BASE_CLOCK_H_
#define CHATTER_SERVER_BASE_CLOCK_H_

#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace chatter {

// Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual absl::Time Now() const = 0;

  // The system's clock. Lives as long as the process.
  static const Clock& Real();
};

}  // namespace chatter

#endif  // CHATTER_SERVER_BASE_CLOCK_H_
