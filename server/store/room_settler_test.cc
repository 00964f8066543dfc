#include "server/store/room_settler.h"

#include <thread>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/postgres/blocking_session.h"
#include "tests/support/await.h"
#include "tests/support/core_stack.h"
#include "tests/support/test_database.h"

namespace chatter::store {
namespace {

using test::Await;
using test::CoreStack;
using test::Soon;
using test::TestDatabase;
using ::testing::ElementsAre;

class RoomSettlerTest : public ::testing::Test {
 protected:
  // What the room's row says: whether it is settled, and the number of its last event.
  std::string Row(const RoomKey& room) const {
    return database_.Execute(
        absl::StrCat("SELECT settled || ' ' || head_seq FROM acme.chatter_room ", "WHERE id = '",
                     room.room.ToString(), "'"));
  }
  void WaitForRow(const RoomKey& room, std::string_view row) const {
    while (Row(room) != row) std::this_thread::yield();
  }
  RoomKey AddRoom(const std::string& with) {
    return {tenant_, stack_.AddRoom(tenant_, {"alice", with})};
  }
  void Send(const RoomKey& room, const std::string& id) {
    ASSERT_TRUE(stack_.Send(room, "alice", id, "hello").ok());
  }
  // alice's rooms with their heads, in the order of the list.
  std::vector<std::string> List() {
    const auto page = Await<std::vector<RoomStore::ListedRoom>>([&](auto done) {
      stack_.stores.rooms.ListOfUser(tenant_, "alice", {}, RoomFields::All(), std::nullopt, 10,
                                     Soon(), std::move(done));
    });
    std::vector<std::string> rooms;
    for (const auto& [room, position] : *page) {
      rooms.push_back(absl::StrCat(room.id.ToString(), " ", room.head_seq, " ",
                                   absl::ToUnixMicros(room.last_event_at), " ",
                                   absl::ToUnixMicros(position.raised_at)));
    }
    return rooms;
  }

  TestDatabase database_;
  const TenantKey tenant_ = database_.AddTenant("acme");
  CoreStack stack_{database_.url()};
};

TEST_F(RoomSettlerTest, SettlesARoomOnceItIsQuiet) {
  const RoomKey room = AddRoom("bob");
  EXPECT_EQ(Row(room), "true 1");
  Send(room, "1");
  EXPECT_EQ(Row(room), "false 1");
  stack_.stores.room_settler.Tick();
  Send(room, "2");
  stack_.stores.room_settler.Tick();  // there was a message since the last
  stack_.stores.room_settler.Tick();
  WaitForRow(room, "true 3");
  Send(room, "3");
  EXPECT_EQ(Row(room), "false 3");
  EXPECT_EQ(stack_.ReadLog(room).size(), 4u);
}

TEST_F(RoomSettlerTest, SettlesARoomThatIsNeverQuietNowAndThen) {
  const RoomKey room = AddRoom("bob");
  for (int i = 0; i < 10; ++i) {
    Send(room, absl::StrCat(i));
    stack_.stores.room_settler.Tick();
  }
  WaitForRow(room, "true 11");
}

TEST_F(RoomSettlerTest, AChangedMessageUnsettlesItsRoom) {
  const RoomKey room = AddRoom("bob");
  Send(room, "1");
  stack_.stores.room_settler.Tick();
  stack_.stores.room_settler.Tick();
  WaitForRow(room, "true 2");
  const auto changed = Await<MessageChanges::Outcome>([&](auto done) {
    MessageState state;
    state.version = 1;
    v1::MessagePinned pinned;
    pinned.set_seq(2);
    stack_.stores.message_changes.Store(room, state, 2, pinned, {Asker::User("alice")}, Soon(),
                                        std::move(done));
  });
  ASSERT_TRUE(changed.ok() && changed->event.has_value());
  EXPECT_EQ(changed->event->seq, 3u);
  EXPECT_EQ(Row(room), "false 2");
  stack_.stores.room_settler.Tick();
  stack_.stores.room_settler.Tick();
  WaitForRow(room, "true 3");
}

TEST_F(RoomSettlerTest, ListsTellTheSameOfSettledRoomsAndOfOthers) {
  const RoomKey one = AddRoom("bob");
  const RoomKey two = AddRoom("carol");
  const RoomKey three = AddRoom("dan");
  Send(two, "1");
  Send(one, "1");
  const std::vector<std::string> unsettled = List();
  EXPECT_THAT(unsettled,
              ElementsAre(::testing::StartsWith(absl::StrCat(one.room.ToString(), " 2 ")),
                          ::testing::StartsWith(absl::StrCat(two.room.ToString(), " 2 ")),
                          ::testing::StartsWith(absl::StrCat(three.room.ToString(), " 1 "))));
  stack_.stores.room_settler.Tick();
  stack_.stores.room_settler.Tick();
  WaitForRow(one, "true 2");
  WaitForRow(two, "true 2");
  EXPECT_EQ(List(), unsettled);
}

TEST_F(RoomSettlerTest, ForgetsRoomsBeyondItsBound) {
  const RoomKey first = AddRoom("bob");
  const RoomKey second = AddRoom("carol");
  Send(first, "1");
  Send(second, "1");
  RoomSettler settler(stack_.tenants, 1);
  settler.Note(second);
  settler.Note(first);
  settler.Tick();
  settler.Tick();
  WaitForRow(second, "true 2");
  EXPECT_EQ(Row(first), "false 1");
}

TEST_F(RoomSettlerTest, LeavesOutWhatIsLocked) {
  const RoomKey busy = AddRoom("bob");
  const RoomKey quiet = AddRoom("carol");
  Send(busy, "1");
  Send(quiet, "1");
  auto holder = postgres::BlockingSession::Open(database_.url());
  ASSERT_TRUE(holder.ok());
  ASSERT_TRUE(holder
                  ->Execute(absl::StrCat("BEGIN; SELECT FROM acme.chatter_room WHERE id = '",
                                         busy.room.ToString(), "' FOR UPDATE"))
                  .ok());
  stack_.stores.room_settler.Tick();
  stack_.stores.room_settler.Tick();
  WaitForRow(quiet, "true 2");
  EXPECT_EQ(Row(busy), "false 1");
  ASSERT_TRUE(holder->Execute("COMMIT").ok());
  Send(busy, "2");
  EXPECT_EQ(stack_.ReadLog(busy).back().seq, 3u);
}

}  // namespace
}  // namespace chatter::store
