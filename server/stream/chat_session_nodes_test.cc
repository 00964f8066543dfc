// What the streams of one node hear of rooms that another one makes and changes, while they share
// nothing but the database.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/live/introductions.h"
#include "server/stream/test_chat_client.h"
#include "tests/support/await.h"
#include "tests/support/callers.h"

namespace chatter::stream {
namespace {

using live::Introductions;
using rooms::RoomChanger;
using test::Await;
using test::Soon;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

// The streams are those of `stack_`.
class ChatSessionNodesTest : public ChatSessionTest {
 protected:
  std::shared_ptr<TestClient> Open(const std::string& user) {
    const auto client = Connect(user);
    client->Open();
    client->WaitForKind(v1::ServerEvent::kOpened);
    return client;
  }
  RoomId MakeElsewhere(const std::vector<std::string>& users) {
    other_.AddUsers(tenant_, users);
    const auto made = Await<store::RoomStore::MadeRoom>([&](auto done) {
      other_.stores.rooms.Create(
          tenant_, {.kind = RoomKind::kGroup, .user_ids = users, .owner_ids = {users[0]}},
          {Asker::User(users[0])}, Soon(), std::move(done));
    });
    EXPECT_TRUE(made.ok());
    return made->room.id;
  }
  void Send(CoreStack& node, const RoomId& room) {
    ASSERT_TRUE(node.Send({tenant_, room}, "alice", absl::StrCat("id", next_id_++), "hi").ok());
  }
  // As a service.
  void Change(CoreStack& node, const RoomId& room, const std::string& user,
              std::function<rooms::ChangeOrError(const store::RoomState&)> rule) {
    const ServiceCaller service = test::ServiceOf(tenant_);
    const auto changed = Await<RoomChanger::Changed>([&](auto done) {
      node.conversation.room_changer.Run(service, room.ToString(), {}, {{user}, std::move(rule)},
                                         std::move(done));
    });
    ASSERT_TRUE(changed.ok()) << changed.status();
  }
  void Add(CoreStack& node, const RoomId& room, const std::string& user) {
    Change(node, room, user, [user](const store::RoomState& state) {
      return rooms::AddMembers(state, Asker::Service(), {{user}});
    });
  }
  void Remove(CoreStack& node, const RoomId& room, const std::string& user) {
    Change(node, room, user, [user](const store::RoomState& state) {
      return rooms::RemoveMembers(state, Asker::Service(), {user});
    });
  }

  CoreStack other_{database_.url(), clock_};
};

TEST_F(ChatSessionNodesTest, ARoomOfAnotherNodeIsFollowedOnceItsEventsComeHere) {
  const auto bob = Open("bob");
  const auto stranger = Open("stranger");
  const RoomId room = MakeElsewhere({"alice", "bob", "carol"});
  Send(other_, room);  // of which nobody hears here
  Send(stack_, room);
  bob->WaitForSeq(room, 3);
  Send(stack_, room);
  bob->WaitForSeq(room, 4);
  EXPECT_THAT(bob->Seqs(room), ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(stranger->Seqs(room), IsEmpty());
}

TEST_F(ChatSessionNodesTest, SoIsOneThatOthersFollowHereAlready) {
  const auto bob = Open("bob");
  const RoomId room = MakeElsewhere({"alice", "bob", "carol"});
  const auto carol = Open("carol");
  // Read by the check of the heads, for carol.
  Send(other_, room);
  stack_.log.hub.CheckHeads();
  carol->WaitForSeq(room, 2);
  bob->WaitForSeq(room, 2);
}

TEST_F(ChatSessionNodesTest, ATextThatAnotherNodeDeletesGoesFromThePagesKeptHere) {
  const RoomId room = MakeElsewhere({"alice", "bob"});
  for (int i = 0; i < live::LogPages::kPageEvents; ++i) Send(stack_, room);
  const uint64_t head = live::LogPages::kPageEvents + 1;
  const auto bob = Open("bob");
  const auto first_page = [&] {
    return *Await<live::LogPages::PagePtr>([&](auto done) {
      stack_.log.pages.Read({tenant_, room}, 0, {}, std::move(done));
    });
  };
  const auto before = first_page();
  ASSERT_EQ(first_page(), before);
  const auto deleted = Await<bool>([&](auto done) {
    other_.conversation.message_changer.Delete(
        test::UserOf(tenant_, "alice"), {room.ToString(), 2},
        [done = std::move(done)](const absl::Status& status) mutable { done(status.ok()); });
  });
  ASSERT_TRUE(*deleted);
  stack_.log.hub.CheckHeads();
  bob->WaitForSeq(room, head + 1);
  EXPECT_NE(first_page(), before);
}

TEST_F(ChatSessionNodesTest, WhomAnotherNodeAddsHearsOfItOnceEventsComeHere) {
  stack_.AddUsers(tenant_, {"dave"});
  const auto dave = Open("dave");
  const RoomId room = MakeElsewhere({"alice", "bob", "carol"});
  Send(stack_, room);
  Add(other_, room, "dave");
  Send(stack_, room);
  // The room's members have just been looked up: a node doesn't do so for each event.
  clock_.Advance(Introductions::kPause);
  stack_.log.hub.CheckHeads();
  dave->WaitForSeq(room, 4);
  EXPECT_THAT(dave->Seqs(room), ElementsAre(3, 4)) << "from the event that added dave";
}

TEST_F(ChatSessionNodesTest, WhomAnotherNodeAddsHearsOfItOnceItIsReadHere) {
  stack_.AddUsers(tenant_, {"dave"});
  const auto dave = Open("dave");
  const RoomId room = MakeElsewhere({"alice", "bob", "carol"});
  const auto carol = Open("carol");
  Send(stack_, room);
  carol->WaitForSeq(room, 2);
  clock_.Advance(Introductions::kPause);
  Add(other_, room, "dave");
  stack_.log.hub.CheckHeads();
  dave->WaitForSeq(room, 3);
  EXPECT_THAT(dave->Seqs(room), ElementsAre(3));
}

TEST_F(ChatSessionNodesTest, WhoIsOutStaysOut) {
  const auto bob = Open("bob");
  const RoomId room = MakeElsewhere({"alice", "bob", "carol"});
  Send(stack_, room);
  bob->WaitForSeq(room, 2);
  Remove(stack_, room, "bob");
  bob->WaitForSeq(room, 3);
  // What was looked up before bob was removed comes late.
  stack_.log.bus.Publish(bus::RoomJoined{.tenant = tenant_, .room = room, .user_ids = {"bob"}});
  Send(stack_, room);
  Store(room_, 1);
  bob->WaitForSeq(room_, 2);
  EXPECT_THAT(bob->Seqs(room), ElementsAre(1, 2, 3));
}

}  // namespace
}  // namespace chatter::stream
