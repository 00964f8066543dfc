#include "server/base/turnstile.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <deque>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace chatter {
namespace {

using testing::ElementsAre;

// Work that goes on until the test ends it.
class TurnstileTest : public testing::Test {
 protected:
  bool Enter(Turnstile& turnstile, const std::string& group) {
    bool refused = false;
    turnstile.Enter(group, [this, group, &refused](std::optional<Turnstile::Pass> pass) {
      if (!pass.has_value()) {
        refused = true;
        return;
      }
      begun_.push_back(group);
      passes_.push_back(*std::move(pass));
    });
    return !refused;
  }
  void EndOldest() {
    const Turnstile::Pass pass = std::move(passes_.front());
    passes_.pop_front();
  }

  std::vector<std::string> begun_;
  std::deque<Turnstile::Pass> passes_;
};

TEST_F(TurnstileTest, SoMuchRunsAtOnceAndTheRestInItsTurn) {
  Turnstile turnstile({.max_running = 2, .max_running_of_group = 2});
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(Enter(turnstile, "a"));
  EXPECT_EQ(turnstile.stats().running, 2u);
  EXPECT_EQ(turnstile.stats().waiting, 1u);
  EndOldest();
  EXPECT_EQ(turnstile.stats().running, 2u);
  EXPECT_EQ(turnstile.stats().waiting, 0u);
  EndOldest();
  EndOldest();
  EXPECT_EQ(turnstile.stats().running, 0u);
}

TEST_F(TurnstileTest, GroupsTakeTurns) {
  Turnstile turnstile({.max_running = 1, .max_running_of_group = 1});
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(Enter(turnstile, "a"));
  ASSERT_TRUE(Enter(turnstile, "b"));
  ASSERT_TRUE(Enter(turnstile, "c"));
  for (int i = 0; i < 5; ++i) EndOldest();
  EXPECT_THAT(begun_, ElementsAre("a", "b", "c", "a", "a"));
}

TEST_F(TurnstileTest, AGroupHasAShareOnly) {
  Turnstile turnstile({.max_running = 3, .max_running_of_group = 2});
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(Enter(turnstile, "a"));
  ASSERT_TRUE(Enter(turnstile, "b"));
  EXPECT_THAT(begun_, ElementsAre("a", "a", "b"));
}

TEST_F(TurnstileTest, WhatWaitsIsBoundedForEachGroupAndForAll) {
  Turnstile turnstile(
      {.max_running = 1, .max_running_of_group = 1, .max_waiting = 3, .max_waiting_of_group = 2});
  ASSERT_TRUE(Enter(turnstile, "a"));
  EXPECT_TRUE(Enter(turnstile, "a"));
  EXPECT_TRUE(Enter(turnstile, "a"));
  EXPECT_FALSE(Enter(turnstile, "a"));
  EXPECT_TRUE(Enter(turnstile, "b"));
  EXPECT_FALSE(Enter(turnstile, "c"));
  EXPECT_EQ(turnstile.stats().refused, 2u);
}

// Else a long queue of what ends at once would be a deep stack.
TEST_F(TurnstileTest, WhatEndsAtOnceBeginsTheNextWithoutNesting) {
  constexpr size_t kMany = 100'000;
  Turnstile turnstile({.max_running = 1,
                       .max_running_of_group = 1,
                       .max_waiting = kMany,
                       .max_waiting_of_group = kMany});
  ASSERT_TRUE(Enter(turnstile, "a"));
  size_t ended = 0;
  for (size_t i = 0; i < kMany; ++i) {
    turnstile.Enter("a", [&ended](const std::optional<Turnstile::Pass>& pass) {
      if (pass.has_value()) ++ended;
    });
  }
  EndOldest();
  EXPECT_EQ(ended, kMany);
}

TEST_F(TurnstileTest, WorkMayOutliveTheTurnstile) {
  {
    Turnstile turnstile({.max_running = 1, .max_running_of_group = 1});
    ASSERT_TRUE(Enter(turnstile, "a"));
    ASSERT_TRUE(Enter(turnstile, "a"));
  }
  EndOldest();
  EXPECT_THAT(begun_, ElementsAre("a"));
}

TEST_F(TurnstileTest, ManyThreadsGetThroughAndNoMoreAtOnceThanMay) {
  Turnstile turnstile({.max_running = 2, .max_running_of_group = 1});
  std::atomic<int> running = 0;
  std::atomic<int> ended = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, group = std::to_string(t % 3)] {
      for (int i = 0; i < 250; ++i) {
        turnstile.Enter(group, [&](const std::optional<Turnstile::Pass>& pass) {
          if (!pass.has_value() || ++running > 2) std::abort();
          --running;
          ++ended;
        });
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(ended, 1'000);
}

}  // namespace
}  // namespace chatter
