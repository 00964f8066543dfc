#include "common/steady_time.h"

#include <gtest/gtest.h>

#include <type_traits>

#include "common/mutex.h"

namespace chatter {
namespace {

// What a mix-up of the two kinds of time would need doesn't compile.
template <typename A, typename B>
concept Comparable = requires(A a, B b) {
  a < b;
}
|| requires(A a, B b) { a == b; };
template <typename A, typename B>
concept Subtractable = requires(A a, B b) {
  a - b;
};

static_assert(!std::is_convertible_v<absl::Time, SteadyTime>);
static_assert(!std::is_convertible_v<SteadyTime, absl::Time>);
static_assert(!std::is_constructible_v<SteadyTime, absl::Time>);
static_assert(!std::is_constructible_v<absl::Time, SteadyTime>);
static_assert(!Comparable<SteadyTime, absl::Time> && !Comparable<absl::Time, SteadyTime>);
static_assert(!Subtractable<SteadyTime, absl::Time> && !Subtractable<absl::Time, SteadyTime>);
static_assert(Comparable<SteadyTime, SteadyTime> && Subtractable<SteadyTime, SteadyTime>);

TEST(SteadyTime, CountsInDurations) {
  const SteadyTime start = SteadyTime::Now();
  const SteadyTime later = start + absl::Seconds(5);
  EXPECT_EQ(later - start, absl::Seconds(5));
  EXPECT_EQ(later - absl::Seconds(5), start);
  EXPECT_LT(start, later);
  EXPECT_LE(start, SteadyTime::Now());
}

TEST(SteadyTime, IsInfiniteAtBothEnds) {
  const SteadyTime now = SteadyTime::Now();
  EXPECT_LT(now, SteadyTime::InfiniteFuture());
  EXPECT_GT(now, SteadyTime::InfinitePast());
  EXPECT_EQ(now - SteadyTime::InfinitePast(), absl::InfiniteDuration());
  EXPECT_EQ(SteadyTime::InfiniteFuture() - absl::Hours(1), SteadyTime::InfiniteFuture());
  EXPECT_EQ(SteadyTime::InfiniteFuture().ToChrono(), std::chrono::steady_clock::time_point::max());
}

TEST(SteadyTime, EndsAWait) {
  Mutex mu;
  CondVar changed;
  const SteadyTime end = SteadyTime::Now() + absl::Milliseconds(5);
  MutexLock lock(mu);
  while (changed.WaitUntil(mu, end)) {
  }
  EXPECT_GE(SteadyTime::Now(), end);
}

}  // namespace
}  // namespace chatter
