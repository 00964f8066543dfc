#include "server/interceptors/reply_budget.h"

#include <gtest/gtest.h>

#include <deque>

#include "server/model/errors.h"

namespace chatter::interceptors {
namespace {

class ReplyBudgetTest : public testing::Test {
 protected:
  bool HasRoom(const std::string& caller, const std::string& connection) {
    const absl::Status status = budget_.Check({caller, connection});
    EXPECT_EQ(ReasonOf(status),
              status.ok() ? v1::ERROR_REASON_UNSPECIFIED : v1::ERROR_REASON_OVERLOADED);
    return status.ok();
  }
  void Take(const std::string& caller, const std::string& connection, size_t bytes) {
    holds_.push_back(budget_.Take({caller, connection}, bytes));
  }

  ReplyBudget budget_{{.caller = 10, .connection = 20, .all = 30}};
  std::deque<ReplyBudget::Hold> holds_;
};

TEST_F(ReplyBudgetTest, ACallerMayHoldSoMuchOnAllConnections) {
  Take("alice", "1", 5);
  EXPECT_TRUE(budget_.quiet());
  EXPECT_TRUE(HasRoom("alice", "1"));
  Take("alice", "2", 5);
  EXPECT_FALSE(budget_.quiet());
  EXPECT_FALSE(HasRoom("alice", "3"));
  EXPECT_TRUE(HasRoom("bob", "1"));
  holds_.pop_front();
  EXPECT_TRUE(HasRoom("alice", "3"));
  EXPECT_EQ(budget_.stats().refused, 1u);
  EXPECT_EQ(budget_.stats().bytes, 5u);
}

TEST_F(ReplyBudgetTest, AConnectionMayHoldSoMuchOfAllItsCallers) {
  Take("alice", "1", 9);
  Take("bob", "1", 11);
  EXPECT_FALSE(HasRoom("carol", "1"));
  EXPECT_TRUE(HasRoom("carol", "2"));
}

TEST_F(ReplyBudgetTest, AllMayHoldSoMuch) {
  for (const char* name : {"alice", "bob", "carol", "dave"}) Take(name, name, 8);
  EXPECT_FALSE(HasRoom("erin", "erin"));
  holds_.clear();
  EXPECT_TRUE(HasRoom("erin", "erin"));
  EXPECT_EQ(budget_.stats().bytes, 0u);
}

TEST_F(ReplyBudgetTest, AHoldMovesAndIsGivenBackOnce) {
  ReplyBudget::Hold hold = budget_.Take({"alice", "1"}, 5);
  ReplyBudget::Hold other;
  other = std::move(hold);
  ReplyBudget::Hold third(std::move(other));
  EXPECT_EQ(budget_.stats().bytes, 5u);
  third = ReplyBudget::Hold();
  EXPECT_EQ(budget_.stats().bytes, 0u);
}

}  // namespace
}  // namespace chatter::interceptors
