#include "server/config/refresh_problem.h"

#include <gtest/gtest.h>

namespace chatter::config {
namespace {

TEST(RefreshProblem, IsNewsOnceAndAgainWhereSomebodyAsks) {
  RefreshProblem problem;
  EXPECT_FALSE(problem.IsNews(""));
  EXPECT_TRUE(problem.IsNews("gone"));
  EXPECT_FALSE(problem.IsNews("gone"));
  EXPECT_TRUE(problem.IsNews("empty"));
  problem.Forget();
  EXPECT_TRUE(problem.IsNews("empty"));
  EXPECT_FALSE(problem.IsNews(""));
  EXPECT_TRUE(problem.IsNews("empty"));
}

}  // namespace
}  // namespace chatter::config
