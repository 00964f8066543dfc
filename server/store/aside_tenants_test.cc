#include "server/store/aside_tenants.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace chatter::store {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;
using Trouble = AsideTenants::Trouble;

class AsideTenantsTest : public testing::Test {
 protected:
  static RoomId Room(uint8_t number) {
    std::array<uint8_t, 16> bytes{};
    bytes[0] = number;
    return RoomId::FromBytes(bytes);
  }
  void Add(const TenantKey& tenant, uint8_t room, const std::string& id) {
    Send send{{.room = {tenant, Room(room)},
               .sender_id = "alice",
               .client_message_id = id,
               .text = "hello"},
              deadline_,
              [](absl::StatusOr<StoredMessage>) {}};
    ASSERT_TRUE(queue_.Add(send));
  }
  Batch Take() { return aside_.TakeBatch(10, 1 << 20); }
  static std::vector<std::string> IdsOf(const Batch& batch) {
    std::vector<std::string> ids;
    for (const Send& send : batch) ids.push_back(send.message.client_message_id);
    return ids;
  }

  const TenantKey acme_{*SchemaName::Parse("acme")};
  const TenantKey other_{*SchemaName::Parse("other")};
  SteadyTime now_ = SteadyTime::Now();
  SteadyTime deadline_ = now_ + absl::Hours(1);
  SendQueue queue_;
  AsideTenants aside_{queue_};
};

TEST_F(AsideTenantsTest, WhatFailedGoesBeforeWhatCameSince) {
  Add(acme_, 1, "1");
  Add(acme_, 1, "2");
  Batch failed = queue_.TakeBatch(10, 1 << 20);
  Add(acme_, 1, "3");
  Add(other_, 1, "others");
  aside_.Add(acme_, Trouble::kBlocked, std::move(failed), now_);
  Add(acme_, 1, "4");
  EXPECT_THAT(IdsOf(queue_.TakeBatch(10, 1 << 20)), ElementsAre("others"));
  EXPECT_THAT(IdsOf(Take()), ElementsAre("1", "2", "3", "4"));
  EXPECT_THAT(IdsOf(Take()), IsEmpty());  // one is under way
}

TEST_F(AsideTenantsTest, TenantsTakeTurns) {
  aside_.Add(acme_, Trouble::kBlocked, {}, now_);
  aside_.Add(other_, Trouble::kBlocked, {}, now_);
  for (const char* id : {"1", "2"}) {
    Add(acme_, 1, id);
    Add(other_, 1, id);
  }
  EXPECT_EQ(aside_.TakeBatch(1, 1 << 20).front().message.room.tenant, acme_);
  aside_.OnStored();
  EXPECT_EQ(aside_.TakeBatch(1, 1 << 20).front().message.room.tenant, other_);
  aside_.OnStored();
  EXPECT_EQ(aside_.TakeBatch(1, 1 << 20).front().message.room.tenant, acme_);
}

TEST_F(AsideTenantsTest, LockedRoomsAreTriedApartFromOthers) {
  aside_.Add(acme_, Trouble::kBlocked, {}, now_);
  for (const uint8_t room : std::vector<uint8_t>{1, 2, 3}) Add(acme_, room, std::to_string(room));
  EXPECT_THAT(aside_.OnBlocked(Take(), now_), ElementsAre(Room(1), Room(2), Room(3)));
  aside_.OnRoomsFound({Room(1), Room(3)});
  std::vector<std::vector<std::string>> turns;
  for (int turn = 0; turn < 2; ++turn) {
    turns.push_back(IdsOf(Take()));
    aside_.OnGivenUp();
  }
  EXPECT_THAT(turns, UnorderedElementsAre(ElementsAre("2"), UnorderedElementsAre("1", "3")));
}

TEST_F(AsideTenantsTest, ARoomThatIsNoMoreLockedGoesWithTheOthersAgain) {
  aside_.Add(acme_, Trouble::kBlocked, {}, now_);
  for (const uint8_t room : std::vector<uint8_t>{1, 2}) Add(acme_, room, std::to_string(room));
  aside_.OnBlocked(Take(), now_);
  aside_.OnRoomsFound({Room(1), Room(2)});
  aside_.OnBlocked(Take(), now_);
  aside_.OnRoomsFound({Room(2)});
  Add(acme_, 3, "3");
  EXPECT_THAT(IdsOf(Take()), UnorderedElementsAre("1", "3"));
  aside_.OnStored();
  EXPECT_EQ(aside_.CountBlocked(now_), 1u);
  EXPECT_THAT(IdsOf(Take()), ElementsAre("2"));
  aside_.OnStored();
  EXPECT_EQ(aside_.CountBlocked(now_), 0u);
}

TEST_F(AsideTenantsTest, WhereNoRoomIsFoundLockedTheyAreTriedOneByOne) {
  aside_.Add(acme_, Trouble::kBlocked, {}, now_);
  for (const uint8_t room : std::vector<uint8_t>{1, 2}) Add(acme_, room, std::to_string(room));
  aside_.OnBlocked(Take(), now_);
  aside_.OnRoomsFound({});
  EXPECT_THAT(IdsOf(Take()), ElementsAre("1"));
  aside_.OnStored();
  EXPECT_THAT(IdsOf(Take()), ElementsAre("2"));
}

TEST_F(AsideTenantsTest, MessagesOfABatchThatFailsAreTriedOneByOne) {
  aside_.Add(acme_, Trouble::kOther, {}, now_);
  for (const char* id : {"1", "2", "3"}) Add(acme_, 1, id);
  aside_.OnFailed(Take(), now_);
  for (const char* id : {"1", "2", "3"}) {
    EXPECT_THAT(IdsOf(Take()), ElementsAre(id));
    aside_.OnGivenUp();
  }
}

TEST_F(AsideTenantsTest, ABrokenTenantIsTriedNowAndThen) {
  Add(acme_, 1, "refused");
  aside_.Add(acme_, Trouble::kBroken, queue_.TakeBatch(10, 1 << 20), now_);
  EXPECT_THAT(IdsOf(queue_.TakeAllOf(acme_)), ElementsAre("refused"));
  EXPECT_EQ(aside_.Refuses(acme_, now_), Trouble::kBroken);
  EXPECT_EQ(aside_.Refuses(other_, now_), std::nullopt);
  EXPECT_THAT(Take(), IsEmpty());  // nothing waits
  now_ += AsideTenants::kBrokenPause;
  EXPECT_EQ(aside_.Refuses(acme_, now_), std::nullopt);
  Add(acme_, 1, "1");
  EXPECT_THAT(IdsOf(Take()), ElementsAre("1"));
  aside_.OnBroken(Trouble::kBroken, now_);
  EXPECT_EQ(aside_.Refuses(acme_, now_), Trouble::kBroken);
}

TEST_F(AsideTenantsTest, ATenantThatHasBeenWellGoesWithTheOthersAgain) {
  aside_.Add(acme_, Trouble::kBlocked, {}, now_);
  Add(acme_, 1, "1");
  aside_.OnBlocked(Take(), now_);
  now_ += AsideTenants::kStay;
  Take();
  aside_.LetGo(now_);  // not while a batch of it is under way
  EXPECT_FALSE(aside_.empty());
  Add(acme_, 1, "2");
  aside_.OnStored();
  aside_.LetGo(now_ - absl::Milliseconds(1));
  EXPECT_FALSE(aside_.empty());
  aside_.LetGo(now_);
  EXPECT_TRUE(aside_.empty());
  EXPECT_THAT(IdsOf(queue_.TakeBatch(10, 1 << 20)), ElementsAre("2"));
}

TEST_F(AsideTenantsTest, TheyTakeNoneOfTheOthersRoomInTheQueue) {
  const TenantKey third{*SchemaName::Parse("third")};
  for (const TenantKey& tenant : {acme_, other_}) {
    aside_.Add(tenant, Trouble::kBlocked, {}, now_);
    for (size_t i = 0; i < SendQueue::kMaxRows / 2; ++i) Add(tenant, 1, std::to_string(i));
  }
  Add(third, 1, "fits");
  EXPECT_THAT(IdsOf(queue_.TakeBatch(10, 1 << 20)), ElementsAre("fits"));
  deadline_ = now_;
  EXPECT_THAT(queue_.TakeExpired(now_), IsEmpty());
  EXPECT_EQ(queue_.TakeExpired(now_ + absl::Hours(1)).size(), SendQueue::kMaxRows);
  EXPECT_EQ(queue_.rows(), 0u);
  EXPECT_EQ(queue_.bytes(), 0u);
}

}  // namespace
}  // namespace chatter::store
