// In which order rooms are listed, and when one that was hidden comes back.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "server/rooms/room_rules.h"
#include "tests/support/await.h"
#include "tests/support/callers.h"
#include "tests/support/core_stack.h"
#include "tests/support/test_database.h"

namespace chatter::store {
namespace {

using test::Await;
using test::CoreStack;
using test::Soon;
using test::TestDatabase;

// alice has three rooms with bob, carol and dan, made in this order; each has a message.
class RoomOrderTest : public ::testing::Test {
 protected:
  RoomOrderTest() {
    for (const char* const other : {"bob", "carol", "dan"}) {
      rooms_.push_back({tenant_, stack_.AddRoom(tenant_, {"alice", other})});
      Send(rooms_.back(), "1");
    }
  }

  void Send(const RoomKey& room, const std::string& id) {
    ASSERT_TRUE(stack_.Send(room, "alice", id, "hello").ok());
  }
  // Something that isn't a message.
  void React(const RoomKey& room) {
    const std::string reaction = absl::StrCat("r", ++reactions_);
    const auto reacted = Await<bool>([&](auto done) {
      stack_.conversation.message_changer.AddReaction(
          test::UserOf(tenant_, "alice"), {.room_id = room.room.ToString(), .seq = 2}, reaction,
          [done = std::move(done)](absl::Status status) mutable {
            status.ok() ? done(true) : done(std::move(status));
          });
    });
    ASSERT_TRUE(reacted.ok()) << reacted.status();
  }
  void Change(const RoomKey& room, const std::string& asker, rooms::RoomChanger::Change change) {
    const auto changed = Await<rooms::RoomChanger::Changed>([&](auto done) {
      stack_.conversation.room_changer.Run(test::UserOf(tenant_, asker), room.room.ToString(), {},
                                           std::move(change), std::move(done));
    });
    ASSERT_TRUE(changed.ok()) << changed.status();
  }
  void Settle() {
    stack_.stores.room_settler.Tick();
    stack_.stores.room_settler.Tick();
    while (Sql("SELECT count(*) FROM acme.chatter_room WHERE NOT settled") != "0") {
      std::this_thread::yield();
    }
  }
  std::string Sql(const std::string& sql) const { return database_.Execute(sql); }
  void Hide(const RoomKey& room) {
    Sql(
        absl::StrCat("UPDATE acme.chatter_member SET hidden_at_seq = (SELECT max(seq) FROM "
                     "acme.chatter_event WHERE room_id = '",
                     room.room.ToString(), "') WHERE user_id = 'alice' AND room_id = '",
                     room.room.ToString(), "'"));
  }
  // The places in rooms_ of those that are listed, page by page; of the hidden ones in parentheses.
  std::string List(bool include_hidden = false) {
    std::vector<std::string> listed;
    std::optional<RoomStore::ListPosition> position;
    while (true) {
      const auto page = Await<std::vector<RoomStore::ListedRoom>>([&](auto done) {
        stack_.stores.rooms.ListOfUser(tenant_, "alice", {.include_hidden = include_hidden},
                                       RoomFields::None(), position, 2, Soon(), std::move(done));
      });
      if (!page.ok() || page->empty()) return absl::StrJoin(listed, " ");
      for (const RoomStore::ListedRoom& entry : *page) listed.push_back(Name(entry.room));
      position = page->back().position;
    }
  }
  std::string Name(const Room& listed) {
    const auto found = std::find(rooms_.begin(), rooms_.end(), RoomKey{tenant_, listed.id});
    const std::string name = absl::StrCat(found - rooms_.begin());
    return listed.preferences->hidden ? absl::StrCat("(", name, ")") : name;
  }

  TestDatabase database_;
  const TenantKey tenant_ = database_.AddTenant("acme");
  CoreStack stack_{database_.url()};
  std::vector<RoomKey> rooms_;
  int reactions_ = 0;
};

TEST_F(RoomOrderTest, AMessageRaisesItsRoomAndNothingElseDoes) {
  EXPECT_EQ(List(), "2 1 0");
  React(rooms_[0]);
  EXPECT_EQ(List(), "2 1 0");
  Settle();
  EXPECT_EQ(List(), "2 1 0");
  React(rooms_[0]);
  Send(rooms_[1], "2");
  React(rooms_[1]);
  EXPECT_EQ(List(), "1 2 0");
  Settle();
  EXPECT_EQ(List(), "1 2 0");
  rooms::RoomUpdate renamed;
  renamed.name = "a name";
  Change(rooms_[0], "alice", {{}, [&](const RoomState& room) {
                                return rooms::Update(room, Asker::User("alice"), renamed);
                              }});
  EXPECT_EQ(List(), "1 2 0");
}

TEST_F(RoomOrderTest, AHiddenRoomComesBackWithAMessageOnly) {
  Settle();
  Hide(rooms_[1]);
  React(rooms_[1]);
  EXPECT_EQ(List(), "2 0");
  EXPECT_EQ(List(true), "2 (1) 0");
  Settle();
  EXPECT_EQ(List(true), "2 (1) 0");
  Send(rooms_[1], "2");
  React(rooms_[1]);
  EXPECT_EQ(List(), "1 2 0");
  Settle();
  EXPECT_EQ(List(), "1 2 0");
  // Hidden while the room isn't settled.
  Send(rooms_[1], "3");
  Hide(rooms_[1]);
  EXPECT_EQ(List(), "2 0");
  React(rooms_[1]);
  EXPECT_EQ(List(), "2 0");
  Settle();
  EXPECT_EQ(List(), "2 0");
}

TEST_F(RoomOrderTest, ARoomWithoutAMessageStaysHidden) {
  rooms_.push_back({tenant_, stack_.AddRoom(tenant_, {"alice", "erin"})});
  EXPECT_EQ(List(), "3 2 1 0");
  Hide(rooms_[3]);
  EXPECT_EQ(List(true), "(3) 2 1 0");
  Send(rooms_[3], "1");
  EXPECT_EQ(List(), "3 2 1 0");
}

TEST_F(RoomOrderTest, WhoIsPutIntoARoomFindsItInFront) {
  stack_.AddUsers(tenant_, {"erin", "fred"});
  Change(rooms_[0], "alice", {{"erin"}, [](const RoomState& room) {
                                return rooms::AddMembers(room, Asker::User("alice"), {{"erin"}});
                              }});
  EXPECT_EQ(List(), "0 2 1");
  // Whoever joins knows of it.
  Sql("UPDATE acme.chatter_room SET kind = 3, name = 'all'");
  Change(rooms_[1], "fred",
         {{"fred"}, [](const RoomState& room) { return rooms::Join(room, "fred"); }});
  EXPECT_EQ(List(), "0 2 1");
}

// What the release before has left: it tells nothing of messages.
TEST_F(RoomOrderTest, RoomsOfTheReleaseBeforeKeepTheirPlacesUntilTheyAreSettled) {
  Settle();
  Sql("UPDATE acme.chatter_room SET checked_seq = NULL, last_message_seq = NULL, raised_at = NULL");
  Hide(rooms_[2]);
  React(rooms_[0]);
  React(rooms_[2]);
  EXPECT_EQ(List(true), "(2) 1 0");
  Settle();
  EXPECT_EQ(List(true), "(2) 1 0");
  Sql("UPDATE acme.chatter_room SET checked_seq = NULL, last_message_seq = NULL, raised_at = NULL");
  Send(rooms_[1], "2");
  Send(rooms_[2], "2");
  EXPECT_EQ(List(), "2 1 0");
}

TEST_F(RoomOrderTest, IsRightWhereAServerOfTheReleaseBeforeHasSettledTheRoom) {
  Settle();
  Hide(rooms_[0]);
  Send(rooms_[0], "2");
  React(rooms_[0]);
  React(rooms_[1]);
  Sql("UPDATE acme.chatter_room r SET settled = true, (head_seq, last_event_at) = (SELECT e.seq, "
      "e.created_at FROM acme.chatter_event e WHERE e.room_id = r.id ORDER BY e.seq DESC LIMIT 1)");
  EXPECT_EQ(List(), "0 2 1");
  React(rooms_[0]);
  EXPECT_EQ(List(), "0 2 1");
  Settle();
  EXPECT_EQ(List(), "0 2 1");
}

}  // namespace
}  // namespace chatter::store
