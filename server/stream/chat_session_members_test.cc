// What coming into rooms and going out of them does to open streams.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/stream/test_chat_client.h"
#include "tests/support/await.h"
#include "tests/support/callers.h"

namespace chatter::stream {
namespace {

using rooms::RoomChanger;
using rooms::RoomUpdate;
using test::Await;
using test::Soon;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class ChatSessionMembersTest : public ChatSessionTest {
 protected:
  // As a service.
  void Change(const RoomId& room, const std::vector<std::string>& named,
              std::function<rooms::ChangeOrError(const store::RoomState&)> rule) {
    const ServiceCaller service = test::ServiceOf(tenant_);
    const auto changed = Await<RoomChanger::Changed>([&](auto done) {
      changer_->Run(service, room.ToString(), {}, {named, std::move(rule)}, std::move(done));
    });
    ASSERT_TRUE(changed.ok()) << changed.status();
  }
  void Add(const RoomId& room, const std::string& user) {
    Change(room, {user}, [user](const store::RoomState& state) {
      return rooms::AddMembers(state, Asker::Service(), {{user}});
    });
  }
  void Remove(const RoomId& room, const std::string& user) {
    Change(room, {user}, [user](const store::RoomState& state) {
      return rooms::RemoveMembers(state, Asker::Service(), {user});
    });
  }
  void Delete(const RoomId& room) {
    Change(room, {},
           [](const store::RoomState& state) { return rooms::Delete(state, Asker::Service()); });
  }
  // As another node does it, of which this one hears nothing.
  void DeleteUnheard(const RoomId& room) {
    database_.Execute("DELETE FROM acme.chatter_room WHERE id = '" + room.ToString() + "'");
  }
  void HideHistory(const RoomId& room) {
    RoomUpdate update;
    update.history = v1::HISTORY_VISIBILITY_SINCE_JOINED;
    Change(room, {}, [update](const store::RoomState& state) {
      return Update(state, Asker::Service(), update);
    });
  }
  RoomId AddGroup(const std::vector<std::string>& users) {
    stack_.AddUsers(tenant_, users);
    const auto made = Await<store::RoomStore::MadeRoom>([&](auto done) {
      stack_.stores.rooms.Create(
          tenant_, {.kind = RoomKind::kGroup, .user_ids = users, .owner_ids = {users[0]}},
          {Asker::User(users[0])}, Soon(), std::move(done));
    });
    EXPECT_TRUE(made.ok());
    return made->room.id;
  }

  rooms::RoomChanger* changer_ = &stack_.conversation.room_changer;
  const RoomId group_ = AddGroup({"alice", "bob", "carol"});
};

TEST_F(ChatSessionMembersTest, WhoIsRemovedSeesThatAndNothingAfterIt) {
  const auto bob = Connect("bob");
  const auto carol = Connect("carol");
  bob->Open({{group_, 0}});
  carol->Open({{group_, 0}});
  bob->WaitForCaughtUp(group_);
  Store(group_, 1);
  Remove(group_, "bob");  // 3
  Store(group_, 2);
  carol->WaitForSeq(group_, 5);
  Store(room_, 1);  // another room, in which bob stays
  bob->WaitForSeq(room_, 2);
  EXPECT_THAT(bob->Seqs(group_), ElementsAre(1, 2, 3));
  EXPECT_THAT(bob->WaitForSeq(group_, 3).room_event().members_removed().user_ids(),
              ElementsAre("bob"));
}

TEST_F(ChatSessionMembersTest, WhoIsAddedGetsTheRoomFromThereOn) {
  stack_.AddUsers(tenant_, {"dave"});
  const auto dave = Connect("dave");
  dave->Open();
  dave->WaitForKind(v1::ServerEvent::kOpened);
  Store(group_, 3);
  Add(group_, "dave");  // 5
  Store(group_, 1);
  dave->WaitForSeq(group_, 6);
  EXPECT_THAT(dave->Seqs(group_), ElementsAre(5, 6));
}

TEST_F(ChatSessionMembersTest, WhoComesBackGetsTheRoomFromThereOn) {
  const auto bob = Connect("bob");
  bob->Open({{group_, 0}});
  bob->WaitForCaughtUp(group_);
  Remove(group_, "bob");  // 2
  bob->WaitForSeq(group_, 2);
  Store(group_, 1);
  Add(group_, "bob");  // 4
  Store(group_, 1);
  bob->WaitForSeq(group_, 5);
  EXPECT_THAT(bob->Seqs(group_), ElementsAre(1, 2, 4, 5));
}

TEST_F(ChatSessionMembersTest, AReturnThatIsHeardOfBeforeTheRemovalShowsNothingBetween) {
  const auto bob = Connect("bob");
  bob->Open({{group_, 0}});
  bob->WaitForCaughtUp(group_);
  // At another node, of which this one hears later.
  CoreStack other(database_.url());
  const auto send = [&](const std::string& id) {
    ASSERT_TRUE(other.Send({tenant_, group_}, "alice", id, "text").ok());
  };
  changer_ = &other.conversation.room_changer;
  Remove(group_, "bob");  // 2
  send("3");
  send("4");
  Add(group_, "bob");  // 5
  send("6");
  bob->session().OnRoomJoined(group_, 5);
  stack_.log.hub.CheckHeads();
  bob->WaitForSeq(group_, 6);
  EXPECT_THAT(bob->Seqs(group_), ElementsAre(1, 2, 5, 6));
}

TEST_F(ChatSessionMembersTest, WhoWasOutMeanwhileCatchesUpOverThat) {
  Store(group_, 1);
  Remove(group_, "bob");  // 3
  Store(group_, 1);
  Add(group_, "bob");  // 5
  const auto bob = Connect("bob");
  bob->Open({{group_, 1}});
  bob->WaitForCaughtUp(group_);
  EXPECT_THAT(bob->Seqs(group_), ElementsAre(2, 3, 4, 5));
}

TEST_F(ChatSessionMembersTest, WhoIsOutIsToldSoWhenOpening) {
  Remove(group_, "bob");
  const auto bob = Connect("bob");
  bob->Open({{group_, 1}});
  EXPECT_THAT(bob->WaitForKind(v1::ServerEvent::kOpened).opened().unknown_room_ids(),
              ElementsAre(group_.ToString()));
}

bool IsDeletion(const v1::ServerEvent& event) { return event.room_event().has_room_deleted(); }

TEST_F(ChatSessionMembersTest, ThatARoomIsDeletedIsTheLastThatIsSeenOfIt) {
  const auto bob = Connect("bob");
  const auto carol = Connect("carol");
  bob->Open({{group_, 0}});
  carol->Open({{group_, 1}});
  bob->WaitForCaughtUp(group_);
  carol->WaitForCaughtUp(group_);
  Store(group_, 2);
  Delete(group_);
  EXPECT_EQ(bob->WaitFor(IsDeletion).room_event().seq(), 4u);
  EXPECT_EQ(carol->WaitFor(IsDeletion).room_event().seq(), 4u);
  Store(room_, 1);  // another room
  bob->WaitForSeq(room_, 2);
  EXPECT_THAT(bob->Seqs(group_), ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(stack_.ReadLog({tenant_, group_}), IsEmpty()) << "it isn't erased yet";
  const auto late = Connect("bob");
  late->Open({{group_, 2}});
  EXPECT_THAT(late->WaitForKind(v1::ServerEvent::kOpened).opened().unknown_room_ids(),
              ElementsAre(group_.ToString()));
}

TEST_F(ChatSessionMembersTest, ADeletionThatIsHeardOfBeforeAMessageEndsTheRoomAllTheSame) {
  const auto bob = Connect("bob");
  bob->Open({{group_, 0}});
  bob->WaitForCaughtUp(group_);
  DeleteUnheard(group_);
  const RoomEvent deleted{
      .room_id = group_, .seq = 5, .created_at = {}, .actor_id = {}, .what = v1::RoomDeleted()};
  stack_.log.bus.Publish(bus::Commit{{{tenant_, group_}, {deleted}}});
  EXPECT_EQ(bob->WaitFor(IsDeletion).room_event().seq(), 2u) << "the number that was to come";
}

TEST_F(ChatSessionMembersTest, ADeletionThatNobodyTellsOfIsFoundOut) {
  const auto bob = Connect("bob");
  bob->Open({{group_, 0}});
  bob->WaitForCaughtUp(group_);
  DeleteUnheard(group_);
  stack_.log.hub.CheckHeads();
  EXPECT_EQ(bob->WaitFor(IsDeletion).room_event().seq(), 2u);
}

TEST_F(ChatSessionMembersTest, WhoIsBehindWhenARoomIsDeletedIsToldAsWell) {
  const auto bob = Connect("bob");
  const auto alice = Connect("alice");
  bob->Open({{group_, 0}});
  alice->Open({{group_, 0}});
  bob->WaitForCaughtUp(group_);
  alice->WaitForCaughtUp(group_);
  bob->Stall();
  Store(group_, 100, std::string(4'000, 'x'));  // far more than max_live_bytes
  Delete(group_);
  EXPECT_EQ(alice->WaitFor(IsDeletion).room_event().seq(), 102u);
  bob->Resume();
  const uint64_t last = bob->WaitFor(IsDeletion).room_event().seq();
  EXPECT_THAT(bob->Seqs(group_), ::testing::ElementsAreArray(Range(1, last)));
}

TEST_F(ChatSessionMembersTest, HiddenHistoryIsResetForWhoJoinedLater) {
  stack_.AddUsers(tenant_, {"dave"});
  Store(group_, 3);
  HideHistory(group_);  // 5
  Add(group_, "dave");  // 6
  Store(group_, 1);
  const auto dave = Connect("dave");
  dave->Open({{group_, 0}});
  const auto reset = dave->WaitForKind(v1::ServerEvent::kReset).reset();
  EXPECT_EQ(reset.min_seq(), 6u);
  EXPECT_EQ(reset.next_seq(), 6u);
  dave->WaitForCaughtUp(group_);
  EXPECT_THAT(dave->Seqs(group_), ElementsAre(6, 7));
  // Who was there from the start sees it all.
  const auto bob = Connect("bob");
  bob->Open({{group_, 0}});
  bob->WaitForCaughtUp(group_);
  EXPECT_EQ(bob->Seqs(group_), Range(1, 7));
}

TEST_F(ChatSessionMembersTest, WhoLagsStillLearnsOfTheRemovalLast) {
  const auto bob = Connect("bob");
  bob->Open({{group_, 0}});
  bob->WaitForCaughtUp(group_);
  bob->Stall();
  Store(group_, 50);
  Remove(group_, "bob");  // 52
  // More than the outbox holds, from a room in which bob stays: what it has of the group is
  // dropped.
  Store(room_, 200, std::string(1'000, 'x'));
  const auto alice = Connect("alice");
  alice->Open({{room_, 0}});
  alice->WaitForSeq(room_, 201);
  bob->Resume();
  bob->WaitForSeq(room_, 201);
  bob->WaitForSeq(group_, 52);
  Store(group_, 1);
  Store(room_, 1);
  bob->WaitForSeq(room_, 202);
  EXPECT_EQ(bob->Seqs(group_), Range(1, 52));
}

TEST_F(ChatSessionMembersTest, NobodyTypesInARoomThatTheyAreOutOf) {
  const auto bob = Connect("bob");
  bob->Open({{group_, 0}});
  bob->WaitForCaughtUp(group_);
  Remove(group_, "bob");
  bob->WaitForSeq(group_, 2);
  v1::ChatRequest typing;
  typing.set_request_id("typing");
  typing.mutable_typing()->set_room_id(group_.ToString());
  bob->session().OnRequest(typing);
  EXPECT_EQ(ReplyReason(bob->WaitForKind(v1::ServerEvent::kReply)), "ROOM_NOT_FOUND");
}

TEST_F(ChatSessionMembersTest, HeartbeatsDontSpeakOfRoomsThatTheUserIsOutOf) {
  const auto bob = Connect("bob");
  bob->Open({{group_, 0}});
  bob->WaitForCaughtUp(group_);
  Remove(group_, "bob");
  bob->WaitForSeq(group_, 2);
  clock_.Advance(absl::Seconds(31));
  stack_.conversation.sessions.Tick();
  EXPECT_THAT(bob->WaitForKind(v1::ServerEvent::kHeartbeat).heartbeat().heads(), IsEmpty());
}

}  // namespace
}  // namespace chatter::stream
