#include "server/app/progress.h"

#include <gtest/gtest.h>

namespace chatter::app {
namespace {

TEST(ProgressTest, SaysCountRateAndRemainingTime) {
  EXPECT_EQ(DescribeProgress({.done = 1'200, .total = 10'000, .elapsed = absl::Seconds(5)}),
            "1,200 of 10,000, 240/s, 37s left");
  EXPECT_EQ(DescribeProgress({.done = 3, .total = 7'203, .elapsed = absl::Seconds(3)}),
            "3 of 7,203, 1/s, 2h left");
}

TEST(ProgressTest, KnowsNoRateBeforeTheFirstIsDone) {
  EXPECT_EQ(DescribeProgress({.done = 0, .total = 10, .elapsed = absl::Seconds(5)}), "0 of 10");
}

TEST(ProgressTest, FillsTheBarAsTheTaskGoesOn) {
  const auto bar = [](size_t done) {
    return RenderProgressBar({.done = done, .total = 4, .elapsed = absl::ZeroDuration()}, 19);
  };
  EXPECT_EQ(bar(0), "[..........] 0 of 4");
  EXPECT_EQ(bar(2), "[#####.....] 2 of 4");
  EXPECT_EQ(bar(4), "[##########] 4 of 4");
}

TEST(ProgressTest, NeverExceedsTheWidth) {
  const Progress progress{.done = 999'999, .total = 1'000'000, .elapsed = absl::Seconds(100)};
  for (size_t width = 0; width < 200; ++width) {
    EXPECT_LE(RenderProgressBar(progress, width).size(), width);
  }
}

}  // namespace
}  // namespace chatter::app
