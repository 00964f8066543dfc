// A clock that stands still until a test moves it. Thread-safe.
#ifndef CHATTER_TESTS_SUPPORT_FAKE_CLOCK_H_
#define CHATTER_TESTS_SUPPORT_FAKE_CLOCK_H_

#include "common/mutex.h"
#include "server/base/clock.h"

namespace chatter::test {

class FakeClock final : public Clock {
 public:
  absl::Time Now() const override {
    MutexLock lock(mu_);
    return now_;
  }
  SteadyTime Steady() const override {
    MutexLock lock(mu_);
    return steady_;
  }

  // Time passes.
  void Advance(absl::Duration by) {
    MutexLock lock(mu_);
    now_ += by;
    steady_ += by;
  }
  // Somebody sets the time of day, by so much, back or forth.
  void Step(absl::Duration by) {
    MutexLock lock(mu_);
    now_ += by;
  }

 private:
  mutable Mutex mu_;
  absl::Time now_ ABSL_GUARDED_BY(mu_) = absl::FromUnixSeconds(1'700'000'000);
  // Where the real one is, so that a real database meets deadlines by this clock.
  SteadyTime steady_ ABSL_GUARDED_BY(mu_) = SteadyTime::Now();
};

}  // namespace chatter::test

#endif  // CHATTER_TESTS_SUPPORT_FAKE_CLOCK_H_
