#include "server/rooms/send_order.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <vector>

namespace chatter::rooms {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class SendOrderTest : public testing::Test {
 protected:
  static RoomId Room(uint8_t number) { return RoomId::FromBytes({number}); }
  SendOrder::Step Send(int number) {
    return [this, number] { sent_.push_back(number); };
  }

  const std::shared_ptr<SendOrder> order_ = std::make_shared<SendOrder>();
  std::vector<int> sent_;
};

TEST_F(SendOrderTest, WhatIsReadyFirstWaitsForThoseBeforeIt) {
  auto first = order_->Take(Room(1));
  auto second = order_->Take(Room(1));
  auto third = order_->Take(Room(1));
  EXPECT_FALSE(order_->IsFree(Room(1)));
  std::move(third).Run(Send(3));
  std::move(second).Run(Send(2));
  EXPECT_THAT(sent_, IsEmpty());
  std::move(first).Run(Send(1));
  EXPECT_THAT(sent_, ElementsAre(1, 2, 3));
  EXPECT_TRUE(order_->IsFree(Room(1)));
}

TEST_F(SendOrderTest, WhatCameToNothingKeepsNobodyWaiting) {
  std::optional<SendOrder::Place> first = order_->Take(Room(1));
  auto second = order_->Take(Room(1));
  std::move(second).Run(Send(2));
  EXPECT_THAT(sent_, IsEmpty());
  first.reset();
  EXPECT_THAT(sent_, ElementsAre(2));
  EXPECT_TRUE(order_->IsFree(Room(1)));
}

TEST_F(SendOrderTest, RoomsDoNotWaitForEachOther) {
  auto first = order_->Take(Room(1));
  auto other = order_->Take(Room(2));
  std::move(other).Run(Send(2));
  EXPECT_THAT(sent_, ElementsAre(2));
  std::move(first).Run(Send(1));
  EXPECT_THAT(sent_, ElementsAre(2, 1));
}

// As where a send is refused at once, and its stream goes on to the next.
TEST_F(SendOrderTest, AStepMayTakeTheNextPlace) {
  order_->Take(Room(1)).Run([this] {
    sent_.push_back(1);
    order_->Take(Room(1)).Run(Send(2));
  });
  EXPECT_THAT(sent_, ElementsAre(1, 2));
  EXPECT_TRUE(order_->IsFree(Room(1)));
}

TEST_F(SendOrderTest, InNoOrderNobodyWaits) {
  SendOrder::Place().Run(Send(1));
  EXPECT_THAT(sent_, ElementsAre(1));
}

}  // namespace
}  // namespace chatter::rooms
