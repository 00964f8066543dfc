#include "client/stream/backoff.h"

#include <gtest/gtest.h>

namespace chatter::client {
namespace {

constexpr BackoffOptions kOptions{absl::Milliseconds(200), absl::Seconds(1)};

TEST(BackoffTest, DoublesUpToTheMaximum) {
  Backoff backoff(kOptions, [] { return 0.5; });
  EXPECT_EQ(backoff.Next(), absl::Milliseconds(100));
  EXPECT_EQ(backoff.Next(), absl::Milliseconds(200));
  EXPECT_EQ(backoff.Next(), absl::Milliseconds(400));
  EXPECT_EQ(backoff.Next(), absl::Milliseconds(500));
  EXPECT_EQ(backoff.Next(), absl::Milliseconds(500));
}

TEST(BackoffTest, ResetBeginsAgain) {
  Backoff backoff(kOptions, [] { return 0.5; });
  backoff.Next();
  backoff.Next();
  backoff.Reset();
  EXPECT_EQ(backoff.Next(), absl::Milliseconds(100));
}

TEST(BackoffTest, FullJitterReachesFromNothingToTheBound) {
  double value = 0;
  Backoff backoff(kOptions, [&value] { return value; });
  EXPECT_EQ(backoff.Next(), absl::ZeroDuration());
  backoff.Reset();
  value = 0.999;
  EXPECT_GT(backoff.Next(), absl::Milliseconds(199));
}

TEST(BackoffTest, UniformSourceStaysInItsInterval) {
  const UniformSource uniform = MakeUniformSource();
  double smallest = 1;
  double largest = 0;
  for (int i = 0; i < 10'000; ++i) {
    const double value = uniform();
    smallest = std::min(smallest, value);
    largest = std::max(largest, value);
  }
  EXPECT_GE(smallest, 0.0);
  EXPECT_LT(smallest, 0.1);
  EXPECT_LT(largest, 1.0);
  EXPECT_GT(largest, 0.9);
}

}  // namespace
}  // namespace chatter::client
