#include "server/base/log_limiter.h"

#include <string>

#include "gtest/gtest.h"

namespace chatter {
namespace {

TEST(LogLimiterTest, OneLineAMinuteOfEachKind) {
  LogLimiter limiter;
  SteadyTime now = SteadyTime::Now();
  EXPECT_TRUE(limiter.Admit("a", now));
  EXPECT_TRUE(limiter.Admit("b", now));
  EXPECT_FALSE(limiter.Admit("a", now + absl::Seconds(59)));
  now += LogLimiter::kInterval;
  EXPECT_TRUE(limiter.Admit("a", now));
  EXPECT_FALSE(limiter.Admit("a", now));
}

TEST(LogLimiterTest, IsBounded) {
  LogLimiter limiter;
  SteadyTime now = SteadyTime::Now();
  for (size_t i = 0; i < LogLimiter::kMaxKinds; ++i) {
    EXPECT_TRUE(limiter.Admit(std::to_string(i), now));
  }
  EXPECT_FALSE(limiter.Admit("beyond", now));
  EXPECT_TRUE(limiter.Admit("beyond", now + LogLimiter::kInterval));
}

}  // namespace
}  // namespace chatter
