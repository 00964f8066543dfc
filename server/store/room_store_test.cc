#include "server/store/room_store.h"

#include <atomic>
#include <future>
#include <set>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
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

class RoomStoreTest : public ::testing::Test {
 protected:
  absl::StatusOr<RoomStore::MadeRoom> Create(const TenantKey& tenant,
                                             std::vector<std::string> users) {
    return Await<RoomStore::MadeRoom>([&](auto done) {
      stack_.stores.rooms.Create(tenant, {.user_ids = users}, {Asker::User(users[0])}, Soon(),
                                 std::move(done));
    });
  }

  TestDatabase database_;
  const TenantKey tenant_ = database_.AddTenant("acme");
  CoreStack stack_{database_.url()};
};

TEST_F(RoomStoreTest, MakesARoomOnceAndFindsItAgain) {
  stack_.AddUsers(tenant_, {"alice", "bob"});
  const auto first = Create(tenant_, {"alice", "bob"});
  const auto second = Create(tenant_, {"alice", "bob"});
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_TRUE(first->created);
  EXPECT_FALSE(second->created);
  EXPECT_EQ(first->room.id, second->room.id);
  EXPECT_THAT(second->room.user_ids, ElementsAre("alice", "bob"));
  EXPECT_EQ(second->room.member_count, 2);
  EXPECT_EQ(second->room.head_seq, 1u);
  const auto log = stack_.ReadLog({tenant_, first->room.id});
  ASSERT_EQ(log.size(), 1u);
  EXPECT_THAT(std::get<v1::RoomCreated>(log[0].what).user_ids(), ElementsAre("alice", "bob"));
}

TEST_F(RoomStoreTest, ParallelCallsOnSeveralNodesAgreeOnOneRoom) {
  stack_.AddUsers(tenant_, {"alice", "bob"});
  CoreStack other(database_.url());
  std::vector<std::future<RoomStore::MadeRoom>> answers;
  for (int i = 0; i < 1'000; ++i) {
    auto promise = std::make_shared<std::promise<RoomStore::MadeRoom>>();
    answers.push_back(promise->get_future());
    (i % 2 == 0 ? stack_ : other)
        .stores.rooms.Create(tenant_, {.user_ids = {"alice", "bob"}}, {Asker::User("alice")},
                             Soon(), [promise](absl::StatusOr<RoomStore::MadeRoom> made) {
                               ASSERT_TRUE(made.ok()) << made.status();
                               promise->set_value(*std::move(made));
                             });
  }
  std::set<RoomId> ids;
  int created = 0;
  for (auto& answer : answers) {
    const RoomStore::MadeRoom made = answer.get();
    ids.insert(made.room.id);
    created += made.created ? 1 : 0;
  }
  EXPECT_EQ(ids.size(), 1u);
  EXPECT_EQ(created, 1);
  EXPECT_EQ(database_.Execute("SELECT count(*) FROM acme.chatter_room"), "1");
}

TEST_F(RoomStoreTest, SetsThatSpellAlikeAreDifferentRooms) {
  stack_.AddUsers(tenant_, {"a", "b", "a1:b", "ab"});
  const auto two = Create(tenant_, {"a", "b"});
  const auto one = Create(tenant_, {"ab"});
  const auto odd = Create(tenant_, {"a1:b"});
  std::set<RoomId> ids = {two->room.id, one->room.id, odd->room.id};
  EXPECT_EQ(ids.size(), 3u);
}

TEST_F(RoomStoreTest, NamesUnknownUsersAndMakesNothing) {
  stack_.AddUsers(tenant_, {"alice"});
  const auto made = Create(tenant_, {"alice", "bob", "carol"});
  ASSERT_TRUE(made.ok());
  EXPECT_THAT(made->unknown_users, ::testing::UnorderedElementsAre("bob", "carol"));
  EXPECT_EQ(database_.Execute("SELECT count(*) FROM acme.chatter_room"), "0");
}

TEST_F(RoomStoreTest, TheSameUsersInTwoTenantsHaveTwoRooms) {
  const TenantKey other = database_.AddTenant("other");
  const RoomId one = stack_.AddRoom(tenant_, {"alice", "bob"});
  const RoomId two = stack_.AddRoom(other, {"alice", "bob"});
  EXPECT_NE(one, two);
  const auto found = Await<std::optional<Room>>([&](auto done) {
    stack_.stores.rooms.Find(other, one, Asker::User("alice"), RoomFields::All(), Soon(),
                             std::move(done));
  });
  EXPECT_FALSE(found->has_value());
}

TEST_F(RoomStoreTest, ListsRoomsMostRecentFirstInPages) {
  std::vector<RoomId> rooms;
  for (int i = 0; i < 5; ++i)
    rooms.push_back(stack_.AddRoom(tenant_, {"me", absl::StrCat("u", i)}));
  ASSERT_TRUE(stack_.Send({tenant_, rooms[1]}, "me", "1", "the latest").ok());
  std::vector<RoomId> listed;
  std::optional<RoomStore::ListPosition> position;
  while (true) {
    const auto page = Await<std::vector<RoomStore::ListedRoom>>([&](auto done) {
      stack_.stores.rooms.ListOfUser(tenant_, "me", {}, RoomFields::All(), position, 2, Soon(),
                                     std::move(done));
    });
    ASSERT_TRUE(page.ok());
    if (page->empty()) break;
    for (const auto& entry : *page) listed.push_back(entry.room.id);
    position = page->back().position;
  }
  EXPECT_THAT(listed, ElementsAre(rooms[1], rooms[4], rooms[3], rooms[2], rooms[0]));
}

TEST_F(RoomStoreTest, LooksUpWhatIsAskedForInAnyCombination) {
  const RoomId id = stack_.AddRoom(tenant_, {"alice", "bob"});
  ASSERT_TRUE(stack_.Send({tenant_, id}, "bob", "1", "alice?").ok());
  ASSERT_TRUE(stack_.Send({tenant_, id}, "bob", "2", "hello").ok());
  database_.Execute(absl::StrCat("INSERT INTO acme.chatter_mention VALUES ('", id.ToString(),
                                 "', 2, 'alice', 'bob')"));
  constexpr int kLookedUp[] = {v1::Room::kUserIdsFieldNumber, v1::Room::kDisplayNameFieldNumber,
                               v1::Room::kUnreadCountFieldNumber,
                               v1::Room::kUnreadMentionCountFieldNumber,
                               v1::Room::kLastMessageFieldNumber};
  for (unsigned bits = 0; bits < 1U << std::size(kLookedUp); ++bits) {
    RoomFields fields = RoomFields::None();
    for (unsigned i = 0; i < std::size(kLookedUp); ++i) {
      if ((bits >> i & 1) != 0) fields.Add(kLookedUp[i]);
    }
    const auto found = Await<std::optional<Room>>([&](auto done) {
      stack_.stores.rooms.Find(tenant_, id, Asker::User("alice"), fields, Soon(), std::move(done));
    });
    ASSERT_TRUE(found.ok() && found->has_value()) << found.status();
    const Room& room = **found;
    EXPECT_EQ(room.head_seq, 3u);
    EXPECT_EQ(room.user_ids.size(), fields.Has(kLookedUp[0]) ? 2u : 0u) << bits;
    EXPECT_EQ(room.other_names.size(), fields.Has(kLookedUp[1]) ? 1u : 0u) << bits;
    EXPECT_EQ(room.unread_count, fields.Has(kLookedUp[2]) ? 2 : 0) << bits;
    EXPECT_EQ(room.unread_mention_count, fields.Has(kLookedUp[3]) ? 1 : 0) << bits;
    EXPECT_EQ(room.last_message.has_value(), fields.Has(kLookedUp[4])) << bits;
    if (room.last_message.has_value()) {
      EXPECT_EQ(room.last_message->text, "hello");
    }
  }
}

TEST_F(RoomStoreTest, ARoomTellsItsLastMessage) {
  const RoomId room = stack_.AddRoom(tenant_, {"alice", "bob"});
  ASSERT_TRUE(stack_.Send({tenant_, room}, "bob", "1", "first").ok());
  ASSERT_TRUE(stack_.Send({tenant_, room}, "bob", "2", "second").ok());
  const auto found = Await<std::optional<Room>>([&](auto done) {
    stack_.stores.rooms.Find(tenant_, room, Asker::User("alice"), RoomFields::All(), Soon(),
                             std::move(done));
  });
  ASSERT_TRUE(found.ok() && found->has_value() && (*found)->last_message.has_value());
  EXPECT_EQ((*found)->last_message->text, "second");
  EXPECT_EQ((*found)->last_message->seq, 3u);
  EXPECT_EQ((*found)->head_seq, 3u);
}

}  // namespace
}  // namespace chatter::store
