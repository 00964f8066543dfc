#include "server/store/room_purger.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "server/postgres/database.h"
#include "tests/support/await.h"
#include "tests/support/core_stack.h"
#include "tests/support/test_database.h"

namespace chatter::store {
namespace {

using test::Await;
using test::CoreStack;
using test::Soon;

class RoomPurgerTest : public testing::Test {
 protected:
  // With two messages, a reaction, a pin and a mention.
  RoomId AddRoom(const TenantKey& tenant, const std::string& other) {
    const RoomId id = stack_.AddRoom(tenant, {"alice", other});
    for (const char* text : {"one", "two"}) {
      EXPECT_TRUE(stack_.Send({tenant, id}, "alice", text, text).ok());
    }
    const std::string schema = tenant.text();
    const std::string room = "'" + id.ToString() + "'";
    database_.Execute("INSERT INTO " + schema + ".chatter_message (room_id, seq) VALUES (" + room +
                      ", 2)");
    database_.Execute("INSERT INTO " + schema + ".chatter_reaction VALUES (" + room +
                      ", 2, '+', 'alice', now())");
    database_.Execute("INSERT INTO " + schema + ".chatter_mention VALUES (" + room +
                      ", 2, '', 'alice')");
    database_.Execute("INSERT INTO " + schema + ".chatter_reply VALUES (" + room + ", 2, 3)");
    database_.Execute("INSERT INTO " + schema + ".chatter_thread_follower VALUES (" + room +
                      ", 'alice', 2, 2)");
    return id;
  }
  // So many messages more.
  void Fill(const RoomId& room, int count) const {
    database_.Execute(absl::StrCat(
        "INSERT INTO acme.chatter_event (room_id, seq, created_at, kind, actor_id, text) SELECT '",
        room.ToString(), "', 100 + n, now(), 2, 'alice', 'text' FROM generate_series(1, ", count,
        ") n"));
  }
  void Delete(const RoomKey& room) {
    const auto state = Await<std::optional<RoomState>>([&](auto done) {
      stack_.stores.room_changes.Read(room, Asker::Service(), {}, Soon(), std::move(done));
    });
    ASSERT_TRUE(state.ok() && state->has_value());
    const auto stored = Await<std::vector<RoomEvent>>([&](auto done) {
      stack_.stores.room_changes.Store(
          room, (*state)->version, {.settings = {}, .events = {v1::RoomDeleted()}, .deletes = true},
          {Asker::Service()}, Soon(), std::move(done));
    });
    ASSERT_TRUE(stored.ok());
    ASSERT_EQ(stored->size(), 1u);
    AgeDeletions();
  }
  // As if time had passed.
  void AgeDeletions() const {
    database_.Execute(
        "UPDATE chatter.room_to_purge SET deleted_at = deleted_at - interval '1 minute'");
  }
  std::string Count(const std::string& what) const {
    return database_.Execute("SELECT count(*) FROM " + what);
  }
  std::string CountAll(const std::string& schema) const {
    return absl::StrCat(Count(schema + ".chatter_event"), " ", Count(schema + ".chatter_message"),
                        " ", Count(schema + ".chatter_reaction"), " ",
                        Count(schema + ".chatter_mention"), " ", Count(schema + ".chatter_reply"),
                        " ", Count(schema + ".chatter_thread_follower"), " ",
                        Count(schema + ".chatter_member"));
  }

  test::TestDatabase database_;
  const TenantKey acme_ = database_.AddTenant("acme");
  const TenantKey globex_ = database_.AddTenant("globex");
  CoreStack stack_{database_.url()};
  const SessionSource sessions_{database_.url(), "test"};
};

TEST_F(RoomPurgerTest, ErasesWhatIsLeftOfDeletedRoomsAndNothingElse) {
  const RoomId gone = AddRoom(acme_, "bob");
  AddRoom(acme_, "carol");
  AddRoom(globex_, "bob");
  Delete({acme_, gone});
  EXPECT_EQ(CountAll("acme"), "7 2 2 2 2 2 2") << "only the members have gone with it";
  RoomPurger purger(sessions_);
  EXPECT_EQ(*purger.Run(), 1);
  EXPECT_EQ(CountAll("acme"), "3 1 1 1 1 1 2");
  EXPECT_EQ(CountAll("globex"), "3 1 1 1 1 1 2");
  EXPECT_EQ(Count("chatter.room_to_purge"), "0");
  EXPECT_EQ(*purger.Run(), 0);
}

TEST_F(RoomPurgerTest, GoesOnWhereAnotherWasEnded) {
  const RoomId gone = AddRoom(acme_, "bob");
  Fill(gone, 2 * RoomPurger::kMaxRows);
  Delete({acme_, gone});
  {
    RoomPurger ended(sessions_, /*max_parts=*/1);
    EXPECT_EQ(*ended.Run(), 0);
  }
  EXPECT_EQ(Count("acme.chatter_event"), absl::StrCat(RoomPurger::kMaxRows + 4));
  EXPECT_EQ(Count("chatter.room_to_purge"), "1");
  RoomPurger next(sessions_);
  EXPECT_EQ(*next.Run(), 1);
  EXPECT_EQ(CountAll("acme"), "0 0 0 0 0 0 0");
  EXPECT_EQ(Count("chatter.room_to_purge"), "0");
}

TEST_F(RoomPurgerTest, LeavesWhatWasDeletedJustNow) {
  Delete({acme_, AddRoom(acme_, "bob")});
  database_.Execute("UPDATE chatter.room_to_purge SET deleted_at = now() - interval '50 seconds'");
  RoomPurger purger(sessions_);
  EXPECT_EQ(*purger.Run(), 0);
  AgeDeletions();
  EXPECT_EQ(*purger.Run(), 1);
}

// Whoever was to delete the room has ended between the note and the deletion.
TEST_F(RoomPurgerTest, ErasesNothingOfARoomThatIsThere) {
  const RoomId room = AddRoom(acme_, "bob");
  const std::string note = absl::StrCat("INSERT INTO chatter.room_to_purge VALUES ('acme', '",
                                        room.ToString(), "', now() - interval '50 minutes')");
  database_.Execute(note);
  RoomPurger purger(sessions_);
  EXPECT_EQ(*purger.Run(), 0);
  EXPECT_EQ(CountAll("acme"), "3 1 1 1 1 1 2");
  EXPECT_EQ(Count("chatter.room_to_purge"), "1") << "it may be on its way";
  database_.Execute("UPDATE chatter.room_to_purge SET deleted_at = now() - interval '61 minutes'");
  EXPECT_EQ(*purger.Run(), 0);
  EXPECT_EQ(CountAll("acme"), "3 1 1 1 1 1 2");
  EXPECT_EQ(Count("chatter.room_to_purge"), "0");
}

TEST_F(RoomPurgerTest, AnOldNoteIsRenewedByTheDeletion) {
  const RoomId room = AddRoom(acme_, "bob");
  database_.Execute(absl::StrCat("INSERT INTO chatter.room_to_purge VALUES ('acme', '",
                                 room.ToString(), "', now() - interval '59 minutes')"));
  Delete({acme_, room});
  EXPECT_EQ(Count("chatter.room_to_purge WHERE deleted_at > now() - interval '10 minutes'"), "1");
  EXPECT_EQ(*RoomPurger(sessions_).Run(), 1);
  EXPECT_EQ(CountAll("acme"), "0 0 0 0 0 0 0");
}

TEST_F(RoomPurgerTest, ForgetsTheRoomsOfTenantsThatAreGone) {
  Delete({globex_, AddRoom(globex_, "bob")});
  database_.Execute("DROP SCHEMA globex CASCADE");
  RoomPurger purger(sessions_);
  EXPECT_EQ(*purger.Run(), 1);
  EXPECT_EQ(Count("chatter.room_to_purge"), "0");
}

TEST_F(RoomPurgerTest, ARoomThatCannotBePurgedDoesNotHoldUpTheOthers) {
  Delete({acme_, AddRoom(acme_, "bob")});
  Delete({globex_, AddRoom(globex_, "bob")});
  database_.Execute("ALTER TABLE acme.chatter_mention RENAME TO theirs");
  RoomPurger purger(sessions_, /*max_parts=*/1);
  EXPECT_EQ(*purger.Run() + *purger.Run() + *purger.Run(), 1);
  EXPECT_EQ(CountAll("globex"), "0 0 0 0 0 0 0");
  database_.Execute("ALTER TABLE acme.theirs RENAME TO chatter_mention");
  EXPECT_EQ(*RoomPurger(sessions_).Run(), 1);
}

TEST_F(RoomPurgerTest, ALockedTenantHoldsUpTheOthersForAWhileOnly) {
  for (const char* other : {"bob", "carol"}) Delete({acme_, AddRoom(acme_, other)});
  Delete({globex_, AddRoom(globex_, "bob")});
  auto locker = sessions_.Open();
  ASSERT_TRUE(locker.ok());
  ASSERT_TRUE(locker->Execute("BEGIN; LOCK TABLE acme.chatter_event").ok());
  EXPECT_EQ(*RoomPurger(sessions_).Run(), 1);
  EXPECT_EQ(CountAll("globex"), "0 0 0 0 0 0 0");
  ASSERT_TRUE(locker->Execute("ROLLBACK").ok());
  EXPECT_EQ(*RoomPurger(sessions_).Run(), 2);
}

TEST_F(RoomPurgerTest, LeavesARoomToTheServerThatIsAtIt) {
  Delete({acme_, AddRoom(acme_, "bob")});
  auto other = sessions_.Open();
  ASSERT_TRUE(other.ok());
  RoomPurger purger(sessions_);
  const absl::Status held = other->InTransaction([&] {
    absl::Status locked = other->Query("SELECT FROM chatter.room_to_purge FOR UPDATE").status();
    EXPECT_EQ(*purger.Run(), 0);
    return locked;
  });
  EXPECT_TRUE(held.ok());
  EXPECT_EQ(*purger.Run(), 1);
}

}  // namespace
}  // namespace chatter::store
