#include "server/stream/outbox.h"

#include <memory>
#include <string>

#include "gtest/gtest.h"

namespace chatter::stream {
namespace {

EncodedEvent Bytes(size_t size) { return std::make_shared<const std::string>(size, 'x'); }

EncodedRun Events(uint64_t first_seq, uint64_t count, size_t size) {
  return {first_seq, count, Bytes(size)};
}

class OutboxTest : public testing::Test {
 protected:
  const std::shared_ptr<LiveBytes> all_ = std::make_shared<LiveBytes>(1 << 20);
};

TEST_F(OutboxTest, LiveEventsAreBounded) {
  Outbox outbox(100'000, all_);
  EXPECT_TRUE(outbox.AddLive(Events(1, 1, 60'000), /*feed=*/0));
  EXPECT_TRUE(outbox.AddLive(Events(2, 1, 40'000), /*feed=*/0));
  EXPECT_FALSE(outbox.AddLive(Events(3, 1, 1), /*feed=*/0));
  outbox.AddFirm(Bytes(50'000));
  EXPECT_EQ(outbox.bytes(), 150'000u);
  EXPECT_EQ(all_->used, 100'000u);
}

TEST_F(OutboxTest, WhenAllHoldTooMuchTheFastOnesStillGetTheirs) {
  Outbox slow(2 << 20, all_);
  Outbox fast(2 << 20, all_);
  uint64_t seq = 0;
  while (slow.AddLive(Events(++seq, 1, 1'000), /*feed=*/0)) {
  }
  EXPECT_LE(all_->used, all_->max + 1'000);
  while (fast.AddLive(Events(++seq, 1, 1'000), /*feed=*/0)) {
  }
  EXPECT_GT(fast.bytes(), Outbox::kMinLiveBytes - 1'000);
  EXPECT_LE(fast.bytes(), Outbox::kMinLiveBytes);
  slow.DropLive();
  EXPECT_TRUE(fast.AddLive(Events(++seq, 1, 1'000), /*feed=*/0));
}

TEST_F(OutboxTest, DroppingTellsWhatIsGoneAndKeepsWhatMayNotBeLost) {
  Outbox outbox(100'000, all_);
  outbox.AddFirm(Bytes(1));
  outbox.AddLive(Events(5, 3, 10), /*feed=*/0);
  outbox.AddMomentary(Bytes(100));
  outbox.AddLive(Events(8, 1, 10), /*feed=*/0);
  const auto dropped = outbox.DropLive();
  ASSERT_EQ(dropped.size(), 2u);
  EXPECT_EQ(dropped[0].first_seq, 5u);
  EXPECT_EQ(dropped[0].count, 3u);
  EXPECT_EQ(outbox.bytes(), 1u);
  EXPECT_EQ(all_->used, 0u);
}

TEST_F(OutboxTest, LiveEventsThatMayNotBeLostAnyMoreStillCount) {
  Outbox outbox(100, all_);
  outbox.AddLive(Events(1, 1, 60), /*feed=*/1);
  outbox.AddLive(Events(1, 1, 40), /*feed=*/2);
  outbox.KeepLive(1);
  const auto dropped = outbox.DropLive();
  ASSERT_EQ(dropped.size(), 1u);
  EXPECT_EQ(dropped[0].feed, 2u);
  EXPECT_EQ(all_->used, 60u);
  EXPECT_FALSE(outbox.AddLive(Events(2, 1, 41), /*feed=*/1));
  EXPECT_EQ(outbox.Take(1'000).size(), 1u);
  EXPECT_EQ(all_->used, 0u);
}

TEST_F(OutboxTest, PresenceThatWasLostIsToldOnceThereIsRoom) {
  Outbox outbox(100, all_);
  outbox.AddPresence(Bytes(50));
  outbox.AddPresence(Bytes(1));
  EXPECT_FALSE(outbox.TakePresenceLost()) << "there is no room yet";
  outbox.Take(1'000);
  EXPECT_TRUE(outbox.TakePresenceLost());
  EXPECT_FALSE(outbox.TakePresenceLost());
}

TEST_F(OutboxTest, AFrameIsBoundedUnlessOneEntryIsLarger) {
  Outbox outbox(100'000, all_);
  for (const size_t size : {600u, 300u, 200u, 5'000u}) outbox.AddFirm(Bytes(size));
  EXPECT_EQ(outbox.Take(1'000).size(), 2u);
  EXPECT_EQ(outbox.Take(1'000).size(), 1u);
  EXPECT_EQ(outbox.Take(1'000).size(), 1u);
  EXPECT_TRUE(outbox.Take(1'000).empty());
}

TEST_F(OutboxTest, WhatGoesWithAStreamIsCountedNoMore) {
  {
    Outbox outbox(100'000, all_);
    outbox.AddLive(Events(1, 1, 1'000), /*feed=*/0);
    EXPECT_EQ(all_->used, 1'000u);
  }
  EXPECT_EQ(all_->used, 0u);
}

}  // namespace
}  // namespace chatter::stream
