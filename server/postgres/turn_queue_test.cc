#include "server/postgres/turn_queue.h"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace chatter::postgres {
namespace {

using ::testing::ElementsAre;

PendingPtr Of(std::string_view tenant, int number) {
  auto pending = std::make_unique<PendingTransaction>();
  pending->attempts = number;
  pending->transaction.statements.push_back(
      {"SELECT 1", TenantKey{*SchemaName::Parse(tenant)}, Params().Int(number)});
  return pending;
}

std::vector<std::string> PopAll(TurnQueue& queue, std::string_view but_not = "") {
  std::vector<std::string> order;
  while (PendingPtr next =
             queue.Pop([&](const std::string& tenant) { return tenant != but_not; })) {
    order.push_back(next->tenant() + std::to_string(next->attempts));
  }
  return order;
}

TEST(TurnQueueTest, WhatIsForATenantElsewhereTakesTurnsWithIts) {
  TurnQueue queue;
  for (int number : {1, 2}) queue.PushBack(Of("acme", number));
  PendingPtr elsewhere = Of("acme", 3);
  elsewhere->transaction.statements.front().tenant.reset();
  elsewhere->transaction.whose_turn = "acme";
  queue.PushBack(std::move(elsewhere));
  queue.PushBack(Of("globex", 1));
  EXPECT_THAT(PopAll(queue), ElementsAre("acme1", "globex1", "acme2", "acme3"));
}

TEST(TurnQueueTest, TenantsTakeTurnsAndEachOnesComeInOrder) {
  TurnQueue queue;
  for (int i = 1; i <= 4; ++i) queue.PushBack(Of("loud", i));
  queue.PushBack(Of("quiet", 1));
  EXPECT_EQ(queue.size(), 5U);
  EXPECT_THAT(PopAll(queue), ElementsAre("loud1", "quiet1", "loud2", "loud3", "loud4"));
  EXPECT_TRUE(queue.empty());
}

TEST(TurnQueueTest, WhatIsPutInFrontIsItsTenantsNext) {
  TurnQueue queue;
  queue.PushBack(Of("a", 2));
  queue.PushBack(Of("b", 1));
  queue.PushFront(Of("a", 1));
  EXPECT_THAT(PopAll(queue), ElementsAre("a1", "b1", "a2"));
}

TEST(TurnQueueTest, WhoMayNotGoStays) {
  TurnQueue queue;
  queue.PushBack(Of("locked", 1));
  queue.PushBack(Of("free", 1));
  queue.PushBack(Of("locked", 2));
  queue.PushBack(Of("free", 2));
  EXPECT_THAT(PopAll(queue, "locked"), ElementsAre("free1", "free2"));
  EXPECT_EQ(queue.size(), 2U);
  EXPECT_THAT(PopAll(queue), ElementsAre("locked1", "locked2"));
}

}  // namespace
}  // namespace chatter::postgres
