// A transaction with an old snapshot, as every pg_dump is one, keeps all versions of all rows.
#include <atomic>
#include <future>
#include <memory>
#include <thread>

#include "absl/strings/numbers.h"
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

class LongSnapshotTest : public ::testing::Test {
 protected:
  LongSnapshotTest() {
    auto session = postgres::BlockingSession::Open(database_.url());
    if (!session.ok()) std::abort();
    snapshot_ = std::make_unique<postgres::BlockingSession>(*std::move(session));
    EXPECT_TRUE(snapshot_->Execute("BEGIN ISOLATION LEVEL REPEATABLE READ").ok());
    EXPECT_TRUE(snapshot_->Query("SELECT count(*) FROM acme.chatter_event").ok());
  }

  int Number(const std::string& sql) const {
    int number = 0;
    EXPECT_TRUE(absl::SimpleAtoi(database_.Execute(sql), &number)) << sql;
    return number;
  }

  // Pages of the tenant's tables and indexes that were looked at so far. Counted once the
  // connections are gone.
  int PagesSeen() const {
    while (Number("SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' "
                  "AND datname = current_database() AND pid <> pg_backend_pid()") > 1) {
      std::this_thread::yield();
    }
    return Number(
        "SELECT sum(coalesce(heap_blks_hit + heap_blks_read, 0) "
        "+ coalesce(idx_blks_hit + idx_blks_read, 0)) "
        "FROM pg_statio_user_tables WHERE schemaname = 'acme'");
  }

  // One after the other, so that each is a commit; returns how many pages they looked at.
  int Send(int count) {
    const int before = PagesSeen();
    {
      CoreStack stack(database_.url());
      for (int i = 0; i < count; ++i) {
        EXPECT_TRUE(stack.Send(room_, "alice", absl::StrCat(++sent_), "hello").ok());
      }
    }
    return PagesSeen() - before;
  }

  // All at once: they are done one after the other all the same.
  void MoveMarks(int count) {
    CoreStack stack(database_.url());
    std::promise<void> all_done;
    std::atomic<int> open = 2 * count;
    const auto done = [&](const absl::StatusOr<std::optional<ReadStateStore::Marks>>& marks) {
      EXPECT_TRUE(marks.ok() && marks->has_value());
      if (--open == 0) all_done.set_value();
    };
    for (int i = 0; i < count; ++i) {
      stack.stores.read_states.Advance(room_, "alice", {.read_seq = 3}, Soon(), done);
      stack.stores.read_states.TakeBack(room_, "alice", 3, Soon(), done);
    }
    all_done.get_future().wait();
  }

  TestDatabase database_;
  const TenantKey tenant_ = database_.AddTenant("acme");
  const RoomKey room_{tenant_, CoreStack(database_.url()).AddRoom(tenant_, {"alice", "bob"})};
  std::unique_ptr<postgres::BlockingSession> snapshot_;
  int sent_ = 0;
};

TEST_F(LongSnapshotTest, ASendLooksAtAsManyPagesAfterThousandsOfThem) {
  const int first = Send(50);
  Send(2'000);
  EXPECT_LT(Send(50), first * 3 / 2);
}

TEST_F(LongSnapshotTest, ASendLooksAtAsManyPagesAfterThousandsOfMovedMarks) {
  const int first = Send(50);
  MoveMarks(1'500);
  EXPECT_LT(Send(50), first * 3 / 2);
}

}  // namespace
}  // namespace chatter::store
