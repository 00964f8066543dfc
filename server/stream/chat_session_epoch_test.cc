// Logs that have gone back: streams end with their epoch, and cursors of another are reset.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "server/model/errors.h"
#include "server/stream/test_chat_client.h"
#include "tests/support/await.h"

namespace chatter::stream {
namespace {

class ChatSessionEpochTest : public ChatSessionTest {
 protected:
  // A stream that is level, with what it has been told.
  std::shared_ptr<TestClient> Follow(const std::string& user) {
    auto client = Connect(user);
    client->Open({{room_, 0}});
    client->WaitForCaughtUp(room_);
    return client;
  }
  static Epoch EpochOf(TestClient& client) {
    return client.WaitForKind(v1::ServerEvent::kOpened).opened().epoch();
  }
  Epoch BeginEpoch(const TenantKey& tenant) {
    return test::Await<Epoch>([&](auto done) {
             stack_.stores.epochs.Begin(tenant, /*mark=*/"", test::Soon(), std::move(done));
           })
        .value();
  }
  // As a restore from a backup that had no more.
  void CutLog(uint64_t last_seq) {
    database_.Execute(absl::StrCat("DELETE FROM acme.chatter_event WHERE seq > ", last_seq,
                                   "; UPDATE acme.chatter_room SET settled = false"));
  }
  static std::vector<v1::Reset> Resets(TestClient& client) {
    std::vector<v1::Reset> resets;
    for (const v1::ServerEvent& event : client.events()) {
      if (event.has_reset()) resets.push_back(event.reset());
    }
    return resets;
  }
  // The hub looks again and again, as it does every few seconds: while it looks already, once more
  // is nothing.
  std::string ReasonOfEnd(TestClient& client) {
    std::optional<absl::Status> ended;
    while (!(ended = client.session().TakeEnd()).has_value()) {
      stack_.log.hub.CheckHeads();
      std::this_thread::yield();
    }
    const absl::Status end = *ended;
    EXPECT_TRUE(absl::IsUnavailable(end)) << end;
    return v1::ErrorReason_Name(ReasonOf(end));
  }
};

TEST_F(ChatSessionEpochTest, ACursorOfAnotherEpochIsResetWhereverItIs) {
  Store(room_, 4);  // up to 5
  const Epoch epoch = EpochOf(*Follow("bob"));
  EXPECT_EQ(epoch.size(), 12u);
  struct Case {
    uint64_t cursor;
    uint64_t next_seq;
  };
  for (const auto& [cursor, next_seq] : {Case{3, 4}, Case{5, 6}, Case{9, 6}}) {
    const auto bob = Connect("bob");
    bob->Open({{room_, cursor}}, "another");
    bob->WaitForCaughtUp(room_);
    const auto resets = Resets(*bob);
    ASSERT_EQ(resets.size(), 1u);
    EXPECT_EQ(resets[0].min_seq(), 1u);
    EXPECT_EQ(resets[0].next_seq(), next_seq);
    EXPECT_EQ(bob->Seqs(room_), Range(next_seq, 5));
  }
  for (const auto& [cursor, of] : std::map<uint64_t, Epoch>{{3, epoch}, {4, ""}, {0, "another"}}) {
    const auto bob = Connect("bob");
    bob->Open({{room_, cursor}}, of);
    bob->WaitForCaughtUp(room_);
    EXPECT_TRUE(Resets(*bob).empty()) << cursor;
  }
}

TEST_F(ChatSessionEpochTest, AnEpochIsBounded) {
  const auto bob = Connect("bob");
  bob->Open({}, std::string(65, 'x'));
  EXPECT_TRUE(absl::IsInvalidArgument(bob->WaitForEnd()));
}

TEST_F(ChatSessionEpochTest, StreamsEndWithTheirEpochAndNobodyElsesDo) {
  const TenantKey other = database_.AddTenant("other");
  const RoomId room_there = stack_.AddRoom(other, {"alice", "bob"});
  const auto bystander = Keep(TestClient::Connect(stack_, other, "bob"));
  bystander->Open({{room_there, 0}});
  bystander->WaitForCaughtUp(room_there);
  const auto bob = Follow("bob");
  const auto idle = Connect("carol");  // in no room
  idle->Open();
  idle->WaitForKind(v1::ServerEvent::kOpened);
  const Epoch epoch = BeginEpoch(tenant_);
  EXPECT_EQ(ReasonOfEnd(*bob), "ERROR_REASON_EPOCH_ENDED");
  EXPECT_EQ(ReasonOfEnd(*idle), "ERROR_REASON_EPOCH_ENDED");
  const auto again = Follow("bob");
  EXPECT_EQ(EpochOf(*again), epoch);
  stack_.log.hub.CheckHeads();
  Store(room_, 1);
  again->WaitForSeq(room_, 2);
  ASSERT_TRUE(stack_.Send({other, room_there}, "alice", "1", "hello").ok());
  bystander->WaitForSeq(room_there, 2);
}

TEST_F(ChatSessionEpochTest, AHeadBelowTheTailBeginsAnotherEpoch) {
  Store(room_, 9);
  const auto bob = Follow("bob");
  const Epoch epoch = EpochOf(*bob);
  CutLog(6);
  Store(room_, 2);  // 7 and 8, which bob has seen with other contents
  EXPECT_EQ(ReasonOfEnd(*bob), "ERROR_REASON_EPOCH_ENDED");
  EXPECT_EQ(bob->Seqs(room_), Range(1, 10));
  const auto again = Connect("bob");
  again->Open({{room_, 10}}, epoch);
  again->WaitForCaughtUp(room_);
  ASSERT_EQ(Resets(*again).size(), 1u);
  EXPECT_EQ(Resets(*again)[0].next_seq(), 9u);
  EXPECT_NE(EpochOf(*again), epoch);
  Store(room_, 1);
  again->WaitForSeq(room_, 9);
}

TEST_F(ChatSessionEpochTest, ATableThatIsRestoredIsInAnotherEpoch) {
  const auto bob = Follow("bob");
  database_.Execute(
      "CREATE TABLE acme.restored (LIKE acme.chatter_event INCLUDING ALL);"
      "INSERT INTO acme.restored SELECT * FROM acme.chatter_event;"
      "DROP TABLE acme.chatter_event CASCADE; ALTER TABLE acme.restored RENAME TO chatter_event");
  EXPECT_EQ(ReasonOfEnd(*bob), "ERROR_REASON_EPOCH_ENDED");
  EXPECT_NE(EpochOf(*Follow("bob")), EpochOf(*bob));
}

// The room's channel is still that of the old epoch, unless bob's own look at the heads was slow.
TEST_F(ChatSessionEpochTest, WhoComesWithTheNewEpochBeforeItIsNoticedMakesItNoticed) {
  const auto bob = Follow("bob");
  const Epoch epoch = BeginEpoch(tenant_);
  // Streams end until all threads of the hub have heard of it.
  std::shared_ptr<TestClient> alice;
  for (bool is_level = false; !is_level;) {
    alice = Connect("alice");
    alice->Open({{room_, 1}}, epoch);
    while (!is_level && !alice->session().TakeEnd().has_value()) {
      for (const v1::ServerEvent& event : alice->events()) is_level |= event.has_caught_up();
      std::this_thread::yield();
    }
  }
  EXPECT_EQ(ReasonOf(bob->WaitForEnd()), v1::ERROR_REASON_EPOCH_ENDED);
  Store(room_, 1);
  alice->WaitForSeq(room_, 2);
}

TEST_F(ChatSessionEpochTest, HeartbeatsTellTheEpoch) {
  const auto bob = Follow("bob");
  clock_.Advance(absl::Seconds(30));
  stack_.conversation.sessions.Tick();
  EXPECT_EQ(bob->WaitForKind(v1::ServerEvent::kHeartbeat).heartbeat().epoch(), EpochOf(*bob));
}

}  // namespace
}  // namespace chatter::stream
