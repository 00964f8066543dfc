#include "server/store/read_state_store.h"

#include <future>
#include <thread>

#include "absl/strings/str_cat.h"
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
using Marks = ReadStateStore::Marks;

class ReadStateStoreTest : public ::testing::Test {
 protected:
  ReadStateStoreTest() {
    for (int i = 0; i < 5; ++i) {
      EXPECT_TRUE(stack_.Send(room_, "alice", absl::StrCat(i), "hello").ok());
    }
  }

  std::string Advance(const ReadStateStore::Move& move) {
    return Text(Await<std::optional<Marks>>([&](auto done) {
      stack_.stores.read_states.Advance(room_, "bob", move, Soon(), std::move(done));
    }));
  }
  std::string TakeBack(uint64_t seq) {
    return Text(Await<std::optional<Marks>>([&](auto done) {
      stack_.stores.read_states.TakeBack(room_, "bob", seq, Soon(), std::move(done));
    }));
  }
  static std::string Text(const absl::StatusOr<std::optional<Marks>>& marks) {
    if (!marks.ok()) return marks.status().ToString();
    if (!marks->has_value()) return "no member";
    return absl::StrCat("read ", (*marks)->read_seq, " shown ", (*marks)->shown_read_seq,
                        " delivered ", (*marks)->delivered_seq);
  }
  // Changes whenever a row of marks is written.
  std::string Written() const {
    return database_.Execute("SELECT string_agg(xmin::text, ',') FROM acme.chatter_mark");
  }

  TestDatabase database_;
  const TenantKey tenant_ = database_.AddTenant("acme");
  CoreStack stack_{database_.url()};
  const RoomKey room_{tenant_, stack_.AddRoom(tenant_, {"alice", "bob"})};
};

TEST_F(ReadStateStoreTest, MarksMoveForwardUpToTheHead) {
  EXPECT_EQ(Advance({.delivered_seq = 4}), "read 1 shown 1 delivered 4");
  EXPECT_EQ(Advance({.read_seq = 3, .shown = false}), "read 3 shown 1 delivered 4");
  EXPECT_EQ(Advance({.read_seq = 99}), "read 6 shown 6 delivered 6");
  EXPECT_EQ(TakeBack(3), "read 2 shown 6 delivered 6");
  EXPECT_EQ(TakeBack(5), "read 2 shown 6 delivered 6");
}

TEST_F(ReadStateStoreTest, MarksThatStayAreNotWritten) {
  EXPECT_EQ(Advance({.read_seq = 1}), "read 1 shown 1 delivered 1");
  EXPECT_EQ(Written(), "");
  Advance({.read_seq = 3});
  const std::string written = Written();
  EXPECT_NE(written, "");
  EXPECT_EQ(Advance({.read_seq = 3}), "read 3 shown 3 delivered 3");
  EXPECT_EQ(TakeBack(4), "read 3 shown 3 delivered 3");
  EXPECT_EQ(Written(), written);
}

TEST_F(ReadStateStoreTest, WhoComesAgainHasMarksOfTheirOwnTime) {
  Advance({.read_seq = 3});
  database_.Execute("DELETE FROM acme.chatter_member WHERE user_id = 'bob'");
  EXPECT_EQ(Advance({.read_seq = 3}), "no member");
  database_.Execute(absl::StrCat("INSERT INTO acme.chatter_member VALUES ('", room_.room.ToString(),
                                 "', 'bob', 6, 3, 6, 6, 6)"));
  EXPECT_EQ(Advance({.read_seq = 2}), "read 6 shown 6 delivered 6");
}

TEST_F(ReadStateStoreTest, WhoIsRemovedMeanwhileIsNoMember) {
  auto remover = postgres::BlockingSession::Open(database_.url());
  ASSERT_TRUE(remover.ok());
  ASSERT_TRUE(
      remover->Execute("BEGIN; DELETE FROM acme.chatter_member WHERE user_id = 'bob'").ok());
  std::future<std::string> marks =
      std::async(std::launch::async, [this] { return Advance({.read_seq = 3}); });
  while (database_.Execute("SELECT count(*) FROM pg_locks WHERE NOT granted") == "0") {
    std::this_thread::yield();
  }
  ASSERT_TRUE(remover->Execute("COMMIT").ok());
  EXPECT_EQ(marks.get(), "no member");
}

}  // namespace
}  // namespace chatter::store
