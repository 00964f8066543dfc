// From the log and from the hub to the stream: catching up, lagging, coming back.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <thread>

#include "server/stream/test_chat_client.h"
#include "tests/support/await.h"

namespace chatter::stream {
namespace {

TEST_F(ChatSessionTest, CatchesUpFromAnyCursorAndGoesOnLive) {
  Store(room_, 250);
  for (const uint64_t cursor : std::vector<uint64_t>{0, 1, 100, 200, 250, 251}) {
    const auto bob = Connect("bob");
    bob->Open({{room_, cursor}});
    EXPECT_EQ(bob->WaitForCaughtUp(room_).caught_up().head_seq(), 251u);
    EXPECT_EQ(bob->Seqs(room_), Range(cursor + 1, 251));
  }
  Store(room_, 1);
  for (const auto& bob : clients_) bob->WaitForSeq(room_, 252);
}

TEST_F(ChatSessionTest, ACursorBeyondTheHeadIsReset) {
  const auto bob = Connect("bob");
  bob->Open({{room_, 99}});
  const auto reset = bob->WaitForKind(v1::ServerEvent::kReset).reset();
  EXPECT_EQ(reset.next_seq(), 2u);
  Store(room_, 1);
  bob->WaitForSeq(room_, 2);
}

TEST_F(ChatSessionTest, CursorsOfRoomsOfOthersAreNamedAndNotServed) {
  const RoomId foreign = stack_.AddRoom(tenant_, {"alice", "carol"});
  const RoomId missing = RoomId::Generate(0);
  const auto bob = Connect("bob");
  bob->Open({{foreign, 0}, {missing, 0}});
  const auto opened = bob->WaitForKind(v1::ServerEvent::kOpened).opened();
  EXPECT_THAT(opened.unknown_room_ids(),
              ::testing::UnorderedElementsAre(foreign.ToString(), missing.ToString()));
  Store(foreign, 1);
  Store(room_, 1);
  bob->WaitForSeq(room_, 2);
  EXPECT_TRUE(bob->Seqs(foreign).empty());
}

TEST_F(ChatSessionTest, ARoomMadeMeanwhileAppearsFromItsBeginning) {
  const auto bob = Connect("bob");
  bob->Open();
  bob->WaitForKind(v1::ServerEvent::kOpened);
  const RoomId fresh = stack_.AddRoom(tenant_, {"bob", "carol"});
  stack_.log.bus.Publish(
      bus::RoomJoined{.tenant = tenant_, .room = fresh, .user_ids = {"bob", "carol"}});
  bob->WaitForSeq(fresh, 1);
  ASSERT_TRUE(stack_.Send({tenant_, fresh}, "carol", "1", "welcome").ok());
  bob->WaitForSeq(fresh, 2);
}

TEST_F(ChatSessionTest, AStreamCarriesTheMostRecentRoomsUpToItsBound) {
  CoreStack stack(database_.url(), clock_, {.max_rooms = 2, .max_opened_rooms = 1});
  const RoomId old = stack_.AddRoom(tenant_, {"bob", "carol"});
  const RoomId recent = stack_.AddRoom(tenant_, {"bob", "dave"});
  for (const RoomId& room : {old, room_, recent}) {
    ASSERT_TRUE(stack.Send({tenant_, room}, "bob", "1", "hello").ok());
  }
  const auto bob = TestClient::Connect(stack, tenant_, "bob");
  bob->Open({{old, 0}, {recent, 0}});
  const auto opened = bob->WaitForKind(v1::ServerEvent::kOpened).opened();
  EXPECT_EQ(opened.room_count(), 3);
  ASSERT_EQ(opened.rooms_size(), 1);
  EXPECT_EQ(opened.rooms(0).room_id(), recent.ToString());
  EXPECT_THAT(opened.unknown_room_ids(), ::testing::ElementsAre(old.ToString()));
  for (const RoomId& room : {old, room_, recent}) {
    ASSERT_TRUE(stack.Send({tenant_, room}, "bob", "2", "hello").ok());
  }
  bob->WaitForSeq(room_, 3);
  bob->WaitForSeq(recent, 3);
  EXPECT_THAT(bob->Seqs(old), ::testing::IsEmpty());
  bob->Disconnect();
}

TEST_F(ChatSessionTest, ASlowReaderIsToldThatItLagsAndLosesNothing) {
  const auto bob = Connect("bob");
  const auto alice = Connect("alice");
  bob->Open({{room_, 0}});
  alice->Open({{room_, 0}});
  bob->WaitForCaughtUp(room_);
  bob->Stall();
  Store(room_, 100, std::string(4'000, 'x'));  // far more than max_live_bytes
  alice->WaitForSeq(room_, 101);               // nobody waits for the slow one
  clock_.Advance(absl::Seconds(30));
  stack_.conversation.sessions.Tick();
  bob->Resume();
  bob->WaitForKind(v1::ServerEvent::kLagged);
  Store(room_, 1);
  bob->WaitForSeq(room_, 102);
  EXPECT_EQ(bob->Seqs(room_), Range(1, 102));
  // No heartbeat claims what has been dropped.
  uint64_t seen = 0;
  for (const v1::ServerEvent& event : bob->events()) {
    if (event.has_room_event()) seen = event.room_event().seq();
    for (const v1::RoomHead& head : event.heartbeat().heads()) EXPECT_LE(head.head_seq(), seen);
  }
}

TEST_F(ChatSessionTest, AStreamWhoseWriteIsStuckReadsNothingFromTheLog) {
  const auto bob = Connect("bob");
  const auto alice = Connect("alice");
  bob->Open({{room_, 0}});
  alice->Open({{room_, 0}});
  bob->WaitForCaughtUp(room_);
  alice->WaitForCaughtUp(room_);
  bob->Stall();
  Store(room_, 1);
  alice->WaitForSeq(room_, 2);
  const auto stuck = bob->session().TakeFrame();
  EXPECT_FALSE(stuck.empty());
  Store(room_, 100, std::string(4'000, 'x'));  // far more than max_live_bytes
  alice->WaitForSeq(room_, 102);
  // What bob had asked for would have come by now.
  ASSERT_TRUE(test::Await<live::LogPages::PagePtr>([&](auto done) {
                stack_.log.pages.Read({tenant_, room_}, 0, {}, std::move(done));
              }).ok());
  v1::ChatResponse response;
  std::string bytes;
  for (const EncodedEvent& event : bob->session().TakeFrame()) bytes += *event;
  ASSERT_TRUE(response.ParseFromString(bytes));
  ASSERT_EQ(response.events_size(), 1);
  EXPECT_TRUE(response.events(0).has_lagged());
  bob->Resume();
  bob->WaitForSeq(room_, 102);
  EXPECT_EQ(bob->Seqs(room_), [] {
    auto seqs = Range(1, 102);
    seqs.erase(seqs.begin() + 1);  // the stuck one
    return seqs;
  }());
}

TEST_F(ChatSessionTest, WhatAnotherNodeStoresIsFoundByTheHeadCheck) {
  const auto bob = Connect("bob");
  bob->Open({{room_, 0}});
  bob->WaitForCaughtUp(room_);
  CoreStack other(database_.url());
  ASSERT_TRUE(other.Send({tenant_, room_}, "alice", "1", "from afar").ok());
  stack_.log.hub.CheckHeads();
  bob->WaitForSeq(room_, 2);
}

TEST_F(ChatSessionTest, TenantsWithTheSameNamesAndIdsNeverMeet) {
  const TenantKey other = database_.AddTenant("other");
  stack_.AddUsers(other, {"alice", "bob"});
  // The same room id in the other tenant, which only the database itself can bring about.
  database_.Execute("INSERT INTO other.chatter_room SELECT * FROM acme.chatter_room");
  database_.Execute("INSERT INTO other.chatter_member SELECT * FROM acme.chatter_member");
  database_.Execute("INSERT INTO other.chatter_event SELECT * FROM acme.chatter_event");
  const auto bob = Connect("bob");
  const auto namesake = Keep(TestClient::Connect(stack_, other, "bob"));
  bob->Open({{room_, 0}});
  namesake->Open({{room_, 0}});
  bob->WaitForCaughtUp(room_);
  namesake->WaitForCaughtUp(room_);
  ASSERT_TRUE(stack_.Send({tenant_, room_}, "alice", "same id", "for acme").ok());
  ASSERT_TRUE(stack_.Send({other, room_}, "alice", "same id", "for other").ok());
  EXPECT_EQ(bob->WaitForSeq(room_, 2).room_event().message_sent().text(), "for acme");
  EXPECT_EQ(namesake->WaitForSeq(room_, 2).room_event().message_sent().text(), "for other");
  EXPECT_EQ(bob->Seqs(room_), Range(1, 2));
  EXPECT_EQ(namesake->Seqs(room_), Range(1, 2));
}

// A subscriber comes and goes at random, stalls and resumes, while others send and the database's
// connections are cut: it sees every event once, in order.
TEST_F(ChatSessionTest, ASubscriberThatComesAndGoesSeesEverythingOnceAndInOrder) {
  const uint32_t seed = std::random_device()();
  SCOPED_TRACE(absl::StrCat("seed ", seed));
  std::mt19937 random(seed);
  const RoomId second = stack_.AddRoom(tenant_, {"alice", "bob", "carol"});
  constexpr int kMessages = 1'500;
  std::vector<std::thread> senders;
  for (const RoomId& room : {room_, second}) {
    senders.emplace_back([this, room] {
      for (int i = 0; i < kMessages; ++i) {
        ASSERT_TRUE(
            stack_.Send({tenant_, room}, "alice", absl::StrCat(i), std::string(300, 'x')).ok());
      }
    });
  }
  std::map<RoomId, uint64_t> cursors = {{room_, 0}, {second, 0}};
  const auto finished = [&] {
    return cursors[room_] == kMessages + 1 && cursors[second] == kMessages + 1;
  };
  for (int visit = 0; !finished(); ++visit) {
    const auto bob = TestClient::Connect(stack_, tenant_, "bob");
    bob->Open(cursors);
    const auto& [room, seen] = *std::next(cursors.begin(), static_cast<long>(random() % 2));
    if (random() % 4 == 0) {
      bob->Stall();
      if (random() % 2 == 0) database_.CutConnections();
      bob->Resume();
    }
    const uint64_t goal = std::min<uint64_t>(seen + random() % 200, kMessages + 1);
    if (goal > seen) bob->WaitForSeq(room, goal);
    bob->Disconnect();
    for (auto& [each, cursor] : cursors) {
      for (const uint64_t seq : bob->Seqs(each)) ASSERT_EQ(seq, ++cursor);
    }
  }
  for (std::thread& sender : senders) sender.join();
}

}  // namespace
}  // namespace chatter::stream
