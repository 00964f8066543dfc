// A moment on a clock that nobody can set: it never goes back and never jumps.
//
// For deadlines, ages, pauses, and whatever else is a length of time. It says nothing outside this
// process and after its end; what is written down or compared with times that others wrote is an
// absl::Time. Neither converts to the other.
#ifndef CHATTER_COMMON_STEADY_TIME_H_
#define CHATTER_COMMON_STEADY_TIME_H_

#include <chrono>

#include "absl/time/time.h"

namespace chatter {

class SteadyTime {
 public:
  // The clock's origin, which means nothing.
  constexpr SteadyTime() = default;

  static SteadyTime Now() {
    return SteadyTime(absl::FromChrono(std::chrono::steady_clock::now().time_since_epoch()));
  }
  static constexpr SteadyTime InfinitePast() { return SteadyTime(-absl::InfiniteDuration()); }
  static constexpr SteadyTime InfiniteFuture() { return SteadyTime(absl::InfiniteDuration()); }

  // Saturates, as durations do.
  std::chrono::steady_clock::time_point ToChrono() const {
    return std::chrono::steady_clock::time_point(
        std::chrono::steady_clock::duration(absl::ToChronoNanoseconds(since_origin_)));
  }

  SteadyTime& operator+=(absl::Duration by) {
    since_origin_ += by;
    return *this;
  }
  SteadyTime& operator-=(absl::Duration by) {
    since_origin_ -= by;
    return *this;
  }
  friend SteadyTime operator+(SteadyTime time, absl::Duration by) { return time += by; }
  friend SteadyTime operator-(SteadyTime time, absl::Duration by) { return time -= by; }
  friend absl::Duration operator-(SteadyTime a, SteadyTime b) {
    return a.since_origin_ - b.since_origin_;
  }

  friend constexpr bool operator==(SteadyTime a, SteadyTime b) {
    return a.since_origin_ == b.since_origin_;
  }
  friend constexpr bool operator!=(SteadyTime a, SteadyTime b) { return !(a == b); }
  friend constexpr bool operator<(SteadyTime a, SteadyTime b) {
    return a.since_origin_ < b.since_origin_;
  }
  friend constexpr bool operator>(SteadyTime a, SteadyTime b) { return b < a; }
  friend constexpr bool operator<=(SteadyTime a, SteadyTime b) { return !(b < a); }
  friend constexpr bool operator>=(SteadyTime a, SteadyTime b) { return !(a < b); }

 private:
  explicit constexpr SteadyTime(absl::Duration since_origin) : since_origin_(since_origin) {}

  absl::Duration since_origin_ = absl::ZeroDuration();
};

}  // namespace chatter

#endif  // CHATTER_COMMON_STEADY_TIME_H_
