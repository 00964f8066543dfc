#include "server/base/clock.h"

#include "absl/time/clock.h"

namespace chatter {
namespace {

class RealClock final : public Clock {
 public:
  absl::Time Now() const override { return absl::Now(); }
  SteadyTime Steady() const override { return SteadyTime::Now(); }
};

}  // namespace

const Clock& Clock::Real() {
  static const RealClock clock;
  return clock;
}

}  // namespace chatter
