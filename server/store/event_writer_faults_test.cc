// One tenant's faults are its own: whatever is wrong with its tables, all others' messages are
// stored, and its own are as soon as it is mended.
#include <atomic>
#include <future>
#include <memory>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/model/errors.h"
#include "server/postgres/blocking_session.h"
#include "server/store/event_writer.h"
#include "tests/support/await.h"
#include "tests/support/core_stack.h"
#include "tests/support/test_database.h"

namespace chatter::store {
namespace {

using test::CoreStack;
using test::Soon;
using test::TestDatabase;
using Answer = absl::StatusOr<StoredMessage>;

// A transaction of somebody else's, which holds locks until it ends.
class OpenTransaction {
 public:
  OpenTransaction(const std::string& url, const std::string& sql)
      : session_(*postgres::BlockingSession::Open(url)) {
    EXPECT_TRUE(session_.Execute(absl::StrCat("BEGIN; ", sql)).ok());
  }
  void End() { EXPECT_TRUE(session_.Execute("ROLLBACK").ok()); }

 private:
  postgres::BlockingSession session_;
};

class EventWriterFaultsTest : public ::testing::Test {
 protected:
  EventWriterFaultsTest() {
    for (const RoomKey& room : {mine_, theirs_}) EXPECT_TRUE(Send(room, "first").ok());
  }

  Answer Send(const RoomKey& room, const std::string& id) {
    return stack_.Send(room, "alice", id, "hello");
  }
  std::future<Answer> Begin(NewMessage message, SteadyTime deadline = Soon()) {
    auto promise = std::make_shared<std::promise<Answer>>();
    stack_.log.writer.Append(std::move(message), deadline,
                             [promise](Answer answer) { promise->set_value(std::move(answer)); });
    return promise->get_future();
  }
  std::vector<std::future<Answer>> BeginMany(const RoomKey& room, int count) {
    std::vector<std::future<Answer>> answers;
    for (int i = 0; i < count; ++i) {
      answers.push_back(Begin({room, "alice", absl::StrCat("many", i), "hello"}));
    }
    return answers;
  }
  static bool IsAnswered(const std::future<Answer>& answer) {
    return answer.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
  }
  // That all were stored, in the order in which they were given.
  static void ExpectInOrder(std::vector<std::future<Answer>> answers) {
    uint64_t last = 0;
    for (std::future<Answer>& answer : answers) {
      const Answer stored = answer.get();
      ASSERT_TRUE(stored.ok()) << stored.status();
      EXPECT_GT(stored->seq, last);
      EXPECT_FALSE(stored->duplicate);
      last = stored->seq;
    }
  }
  void ExpectGapless(const RoomKey& room, size_t count) {
    const std::vector<RoomEvent> log = stack_.ReadLog(room);
    EXPECT_EQ(log.size(), count);
    for (size_t i = 0; i < log.size(); ++i) EXPECT_EQ(log[i].seq, i + 1);
  }

  TestDatabase database_;
  const TenantKey acme_ = database_.AddTenant("acme");
  const TenantKey other_ = database_.AddTenant("other");
  CoreStack stack_{database_.url()};
  const RoomKey mine_{acme_, stack_.AddRoom(acme_, {"alice", "bob"})};
  const RoomKey theirs_{other_, stack_.AddRoom(other_, {"alice", "bob"})};
};

// What the two tenants' senders have been told.
struct Tally {
  std::atomic<int> stored = 0;
  std::atomic<int> broken = 0;
  std::atomic<int> failed = 0;
};

TEST_F(EventWriterFaultsTest, ATenantWhoseSchemaIsDroppedUnderTrafficFailsAlone) {
  Tally mine;
  Tally theirs;
  std::atomic<bool> stop = false;
  std::vector<std::thread> senders;
  const auto add_senders = [&](const RoomKey& room, Tally& tally) {
    for (int sender = 0; sender < 4; ++sender) {
      senders.emplace_back([&, room, sender] {
        for (int i = 0; !stop; ++i) {
          const absl::Status status = Send(room, absl::StrCat(sender, "-", i)).status();
          const bool broken = ReasonOf(status) == v1::ERROR_REASON_TENANT_BROKEN;
          ++(status.ok() ? tally.stored : broken ? tally.broken : tally.failed);
        }
      });
    }
  };
  add_senders(mine_, mine);
  add_senders(theirs_, theirs);
  while (mine.stored < 20 || theirs.stored < 20) std::this_thread::yield();
  database_.Execute("DROP SCHEMA acme CASCADE");
  const int before = theirs.stored;
  while (mine.broken < 100 || theirs.stored < before + 200) std::this_thread::yield();
  stop = true;
  for (std::thread& sender : senders) sender.join();
  EXPECT_EQ(theirs.failed + theirs.broken, 0);
  EXPECT_EQ(mine.failed, 0);
  EXPECT_EQ(stack_.database->stats().broken_tenants, 1u);
  ExpectGapless(theirs_, static_cast<size_t>(theirs.stored) + 2);
}

// Its senders go on to mean the schema that it had; others' messages are stored as ever.
TEST_F(EventWriterFaultsTest, AnotherSchemaOfATenantsNameGetsNoneOfItsMessages) {
  const TenantKey third = database_.AddTenant("third");
  const RoomKey thirds{third, stack_.AddRoom(third, {"alice", "bob"})};
  database_.Execute("ALTER SCHEMA acme RENAME TO elsewhere");
  database_.Execute("ALTER SCHEMA third RENAME TO acme");
  database_.Execute("ALTER SCHEMA elsewhere RENAME TO third");
  std::vector<std::future<Answer>> mine;
  std::vector<std::future<Answer>> theirs;
  for (int i = 0; i < 50; ++i) {
    for (const RoomKey& room : {mine_, thirds}) {
      mine.push_back(Begin({room, "alice", absl::StrCat(i), "hello"}));
    }
    theirs.push_back(Begin({theirs_, "alice", absl::StrCat(i), "hello"}));
  }
  ExpectInOrder(std::move(theirs));
  for (auto& answer : mine) {
    EXPECT_EQ(ReasonOf(answer.get().status()), v1::ERROR_REASON_TENANT_NOT_READY);
  }
  const std::string count = "SELECT count(*) FROM acme.chatter_event WHERE text = 'hello'";
  EXPECT_EQ(database_.Execute(count), "0");
  // Who means the schema that has the name now comes to it.
  const RoomKey now{database_.Find("acme"), thirds.room};
  EXPECT_TRUE(Send(now, "1").ok());
  EXPECT_EQ(database_.Execute(count), "1");
}

TEST_F(EventWriterFaultsTest, ATenantThatIsMendedIsServedAgain) {
  database_.Execute("ALTER TABLE acme.chatter_event RENAME TO elsewhere");
  EXPECT_EQ(ReasonOf(Send(mine_, "lost").status()), v1::ERROR_REASON_TENANT_BROKEN);
  EXPECT_TRUE(Send(theirs_, "1").ok());
  database_.Execute("ALTER TABLE acme.elsewhere RENAME TO chatter_event");
  Answer stored;
  do stored = Send(mine_, "1");
  while (ReasonOf(stored.status()) == v1::ERROR_REASON_TENANT_BROKEN);
  EXPECT_TRUE(stored.ok()) << stored.status();
  ExpectGapless(mine_, 3);
}

// Each lock is one that administrators take, on purpose or not.
class LockedTenantTest : public EventWriterFaultsTest,
                         public ::testing::WithParamInterface<const char*> {};

TEST_P(LockedTenantTest, HoldsUpNobodyElseAndIsServedOnceTheLockIsGone) {
  OpenTransaction lock(database_.url(), GetParam());
  auto waiting = BeginMany(mine_, 20);
  for (int i = 0; i < 50; ++i) EXPECT_TRUE(Send(theirs_, absl::StrCat(i)).ok());
  for (const auto& answer : waiting) EXPECT_FALSE(IsAnswered(answer));
  EXPECT_EQ(stack_.log.writer.stats().blocked_tenants, 1u);
  lock.End();
  ExpectInOrder(std::move(waiting));
  ExpectGapless(mine_, 22);
  EXPECT_EQ(stack_.log.writer.stats().blocked_tenants, 0u);
}

INSTANTIATE_TEST_SUITE_P(Locks, LockedTenantTest,
                         ::testing::Values("LOCK TABLE acme.chatter_room",
                                           "LOCK TABLE acme.chatter_event IN SHARE MODE",
                                           "ALTER TABLE acme.chatter_event ADD COLUMN more text",
                                           "DROP SCHEMA acme CASCADE",
                                           "DELETE FROM acme.chatter_room"));

TEST_F(EventWriterFaultsTest, ManyLockedTenantsHoldUpNobodyElse) {
  std::vector<RoomKey> locked;
  std::string sql;
  for (int i = 0; i < 12; ++i) {
    const TenantKey tenant = database_.AddTenant(absl::StrCat("locked", i));
    locked.push_back({tenant, stack_.AddRoom(tenant, {"alice", "bob"})});
    absl::StrAppend(&sql, "LOCK TABLE ", tenant.text(), ".chatter_event;");
  }
  OpenTransaction lock(database_.url(), sql);
  std::vector<std::future<Answer>> waiting;
  for (int i = 0; i < 5; ++i) {
    for (const RoomKey& room : locked) {
      waiting.push_back(Begin({room, "alice", absl::StrCat(i), "hello"}));
    }
    EXPECT_TRUE(Send(theirs_, absl::StrCat(i)).ok());
  }
  for (const auto& answer : waiting) EXPECT_FALSE(IsAnswered(answer));
  lock.End();
  for (auto& answer : waiting) EXPECT_TRUE(answer.get().ok());
  for (const RoomKey& room : locked) ExpectGapless(room, 6);
}

TEST_F(EventWriterFaultsTest, ALockedRoomHoldsUpNoOtherRoomOfItsTenant) {
  const RoomKey second{acme_, stack_.AddRoom(acme_, {"alice", "carol"})};
  OpenTransaction lock(database_.url(), absl::StrCat("SELECT FROM acme.chatter_room WHERE id = '",
                                                     mine_.room.ToString(), "' FOR UPDATE"));
  auto waiting = BeginMany(mine_, 20);
  ExpectInOrder(BeginMany(second, 50));
  for (int i = 0; i < 20; ++i) EXPECT_TRUE(Send(second, absl::StrCat(i)).ok());
  for (const auto& answer : waiting) EXPECT_FALSE(IsAnswered(answer));
  lock.End();
  ExpectInOrder(std::move(waiting));
  ExpectGapless(mine_, 22);
  ExpectGapless(second, 71);
}

// A lock by which a room can't be told: that on the first message of a thread.
TEST_F(EventWriterFaultsTest, ALockedThreadHoldsUpNoOtherRoomOfItsTenant) {
  const RoomKey second{acme_, stack_.AddRoom(acme_, {"alice", "carol"})};
  const auto reply = [&](const std::string& id) {
    NewMessage message{mine_, "alice", id, "hello"};
    message.details = "details";
    message.thread_seq = 2;
    return Begin(std::move(message));
  };
  ASSERT_TRUE(reply("1").get().ok());
  OpenTransaction lock(database_.url(), "UPDATE acme.chatter_message SET reply_count = 0");
  std::vector<std::future<Answer>> waiting;
  for (int i = 2; i < 10; ++i) waiting.push_back(reply(absl::StrCat(i)));
  ExpectInOrder(BeginMany(second, 50));
  for (const auto& answer : waiting) EXPECT_FALSE(IsAnswered(answer));
  lock.End();
  ExpectInOrder(std::move(waiting));
  ExpectGapless(mine_, 11);
}

TEST_F(EventWriterFaultsTest, WhatALockHoldsUpBeyondItsDeadlineIsRefused) {
  OpenTransaction lock(database_.url(), "LOCK TABLE acme.chatter_event");
  const Answer answer =
      Begin({mine_, "alice", "1", "hello"}, SteadyTime::Now() + absl::Milliseconds(300)).get();
  EXPECT_EQ(answer.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_NE(ReasonOf(answer.status()), v1::ERROR_REASON_UNSPECIFIED);
  lock.End();
  EXPECT_TRUE(Send(mine_, "1").ok());
  ExpectGapless(mine_, 3);
}

// Text that isn't UTF-8 stands for whatever a database may refuse.
TEST_F(EventWriterFaultsTest, AMessageThatCannotBeStoredFailsAlone) {
  std::vector<std::future<Answer>> answers;
  for (int i = 0; i < 20; ++i) {
    answers.push_back(Begin({mine_, "alice", absl::StrCat(i), i == 7 ? "\xff" : "fine"}));
    answers.push_back(Begin({theirs_, "alice", absl::StrCat(i), "fine"}));
  }
  for (size_t i = 0; i < answers.size(); ++i) {
    EXPECT_EQ(answers[i].get().status().code(),
              i == 14 ? absl::StatusCode::kInternal : absl::StatusCode::kOk);
  }
  ExpectGapless(mine_, 21);
  ExpectGapless(theirs_, 22);
}

TEST_F(EventWriterFaultsTest, AColumnThatIsGoneIsTheTenantsOwnFault) {
  database_.Execute("ALTER TABLE acme.chatter_event RENAME COLUMN details TO more");
  auto waiting = BeginMany(mine_, 20);
  for (int i = 0; i < 20; ++i) EXPECT_TRUE(Send(theirs_, absl::StrCat(i)).ok());
  for (auto& answer : waiting) {
    EXPECT_EQ(ReasonOf(answer.get().status()), v1::ERROR_REASON_TENANT_BROKEN);
  }
}

}  // namespace
}  // namespace chatter::store
