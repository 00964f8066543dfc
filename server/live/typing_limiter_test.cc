#include "server/live/typing_limiter.h"

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"

namespace chatter::live {
namespace {

class TypingLimiterTest : public ::testing::Test {
 protected:
  bool Admit(const std::string& user_id, bool active, size_t followers = 3) {
    return limiter_.Admit(user_id, active, followers, now_);
  }
  // How many of `count` users who begin to type at once the others hear of.
  int Burst(int count, size_t followers) {
    int admitted = 0;
    for (int i = 0; i < count; ++i) {
      admitted += Admit(absl::StrCat("user", next_user_++), true, followers) ? 1 : 0;
    }
    return admitted;
  }

  TypingLimiter limiter_;
  SteadyTime now_;
  int next_user_ = 0;
};

TEST_F(TypingLimiterTest, WhoIsStillTypingIsToldAgainAfterTwoSeconds) {
  EXPECT_TRUE(Admit("alice", true));
  EXPECT_FALSE(Admit("alice", true));
  EXPECT_TRUE(Admit("bob", true));
  now_ += absl::Milliseconds(1'999);
  EXPECT_FALSE(Admit("alice", true));
  now_ += absl::Milliseconds(1);
  EXPECT_TRUE(Admit("alice", true));
}

TEST_F(TypingLimiterTest, ThatSomebodyHasStoppedIsToldAtOnceAndOnce) {
  EXPECT_FALSE(Admit("alice", false));
  EXPECT_TRUE(Admit("alice", true));
  EXPECT_TRUE(Admit("alice", false));
  EXPECT_FALSE(Admit("alice", false));
  EXPECT_TRUE(Admit("alice", true));
  now_ += absl::Seconds(10);
  EXPECT_FALSE(Admit("alice", false)) << "it is over by itself";
}

TEST_F(TypingLimiterTest, ARoomHasAThousandDeliveriesASecond) {
  EXPECT_EQ(Burst(500, 100), 10);
  now_ += absl::Milliseconds(500);
  EXPECT_EQ(Burst(500, 100), 5);
  now_ += absl::Hours(1);
  EXPECT_EQ(Burst(500, 100), 10) << "silence isn't saved up";
}

TEST_F(TypingLimiterTest, ALargeRoomHearsOfOneASecond) {
  EXPECT_EQ(Burst(100, 20'000), 1);
  now_ += absl::Milliseconds(999);
  EXPECT_EQ(Burst(100, 20'000), 0);
  now_ += absl::Milliseconds(1);
  EXPECT_EQ(Burst(100, 20'000), 1);
}

TEST_F(TypingLimiterTest, WhatThereWasNoRoomForMayBeTriedAgain) {
  EXPECT_EQ(Burst(1, 1'000), 1);
  EXPECT_FALSE(Admit("alice", true));
  now_ += absl::Seconds(1);
  EXPECT_TRUE(Admit("alice", true));
}

}  // namespace
}  // namespace chatter::live
