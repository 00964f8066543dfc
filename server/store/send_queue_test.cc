#include "server/store/send_queue.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace chatter::store {
namespace {

using testing::ElementsAre;

class SendQueueTest : public testing::Test {
 protected:
  static RoomKey Room(std::string_view tenant, uint8_t number) {
    std::array<uint8_t, 16> bytes{};
    bytes[0] = number;
    return {{*SchemaName::Parse(tenant)}, RoomId::FromBytes(bytes)};
  }
  bool Add(const RoomKey& room, const std::string& id, std::string text = "hello") {
    Send send{
        {.room = room, .sender_id = "alice", .client_message_id = id, .text = std::move(text)},
        SteadyTime::InfiniteFuture(),
        [](absl::StatusOr<StoredMessage>) {}};
    return queue_.Add(send);
  }
  std::vector<std::string> Take(size_t max_rows, size_t max_bytes = 1 << 20) {
    std::vector<std::string> ids;
    for (const Send& send : queue_.TakeBatch(max_rows, max_bytes)) {
      ids.push_back(send.message.client_message_id);
    }
    return ids;
  }

  SendQueue queue_;
};

TEST_F(SendQueueTest, AHotRoomKeepsNobodyWaiting) {
  for (int i = 0; i < 1'000; ++i) Add(Room("acme", 1), absl::StrCat("hot", i));
  Add(Room("acme", 2), "calm1");
  Add(Room("acme", 2), "calm2");
  EXPECT_THAT(Take(5), ElementsAre("hot0", "calm1", "hot1", "calm2", "hot2"));
  EXPECT_THAT(Take(2), ElementsAre("hot3", "hot4"));
}

TEST_F(SendQueueTest, ATenantWithManyRoomsKeepsNobodyWaiting) {
  for (int i = 0; i < 200; ++i) Add(Room("big", static_cast<uint8_t>(i)), absl::StrCat("big", i));
  Add(Room("small", 1), "small1");
  Add(Room("small", 1), "small2");
  EXPECT_THAT(Take(5), ElementsAre("big0", "small1", "big1", "small2", "big2"));
}

TEST_F(SendQueueTest, ARepetitionWaitsForALaterBatchAheadOfWhatFollowsIt) {
  Add(Room("acme", 1), "same");
  Add(Room("acme", 1), "same");
  Add(Room("acme", 1), "same");
  EXPECT_THAT(Take(10), ElementsAre("same"));
  Add(Room("acme", 1), "next");
  EXPECT_THAT(Take(10), ElementsAre("same", "next"));
  EXPECT_THAT(Take(10), ElementsAre("same"));
  EXPECT_THAT(Take(10), ElementsAre());
}

TEST_F(SendQueueTest, BatchesAreBoundedInBytesUnlessOneMessageIsLarger) {
  Add(Room("acme", 1), "large", std::string(2'000, 'x'));
  Add(Room("acme", 1), "small");
  Add(Room("acme", 1), "large2", std::string(2'000, 'x'));
  EXPECT_THAT(Take(10, 1'000), ElementsAre("large"));
  EXPECT_THAT(Take(10, 1'000), ElementsAre("small"));
  EXPECT_THAT(Take(10, 1'000), ElementsAre("large2"));
}

TEST_F(SendQueueTest, NoTenantFillsMoreThanHalf) {
  size_t greedy = 0;
  while (Add(Room("greedy", 1), absl::StrCat(greedy))) ++greedy;
  EXPECT_EQ(greedy, SendQueue::kMaxRows / 2);
  EXPECT_TRUE(Add(Room("modest", 1), "1"));
  Take(1);
  EXPECT_TRUE(Add(Room("greedy", 1), "again"));
}

TEST_F(SendQueueTest, IsBoundedInBytesToo) {
  const std::string text(16'384, 'x');
  size_t count = 0;
  while (Add(Room("a", 1), absl::StrCat(count), text)) ++count;
  EXPECT_LE(count * text.size(), SendQueue::kMaxBytes / 2);
  while (Add(Room("b", 1), absl::StrCat(count), text)) ++count;
  EXPECT_LE(count * text.size(), SendQueue::kMaxBytes);
  EXPECT_GT(count * (text.size() + 256), SendQueue::kMaxBytes);
  EXPECT_FALSE(Add(Room("c", 1), "1", text));
}

TEST_F(SendQueueTest, DetailsCountAsMuchAsTexts) {
  Send send{{.room = Room("a", 1),
             .sender_id = "alice",
             .client_message_id = "1",
             .text = "hello",
             .details = std::string(60'000, 'x')},
            SteadyTime::InfiniteFuture(),
            [](absl::StatusOr<StoredMessage>) {}};
  EXPECT_TRUE(queue_.Add(send));
  EXPECT_GT(queue_.bytes(), 60'000u);
}

}  // namespace
}  // namespace chatter::store
