#include "server/store/event_writer.h"

#include <atomic>
#include <future>
#include <set>
#include <thread>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/base/clock.h"
#include "server/model/errors.h"
#include "tests/support/await.h"
#include "tests/support/core_stack.h"
#include "tests/support/test_database.h"

namespace chatter::store {
namespace {

using test::Await;
using test::CoreStack;
using test::Soon;
using test::TestDatabase;

class EventWriterTest : public ::testing::Test {
 protected:
  TestDatabase database_;
  const TenantKey tenant_ = database_.AddTenant("acme");
  CoreStack stack_{database_.url()};
  const RoomId room_ = stack_.AddRoom(tenant_, {"alice", "bob"});
  const RoomKey key_{tenant_, room_};
};

// The log holds 1, 2, 3 ... and nothing else; returns how many.
size_t ExpectGapless(const std::vector<RoomEvent>& log) {
  for (size_t i = 0; i < log.size(); ++i) EXPECT_EQ(log[i].seq, i + 1);
  return log.size();
}

TEST_F(EventWriterTest, NumbersMessagesFromTheRoomsFirstEventOn) {
  EXPECT_EQ(stack_.Send(key_, "alice", "1", "hello")->seq, 2u);
  EXPECT_EQ(stack_.Send(key_, "bob", "1", "hi")->seq, 3u);
  const std::vector<RoomEvent> log = stack_.ReadLog(key_);
  ASSERT_EQ(ExpectGapless(log), 3u);
  EXPECT_TRUE(std::holds_alternative<v1::RoomCreated>(log[0].what));
  EXPECT_EQ(std::get<MessageSent>(log[2].what).text, "hi");
  EXPECT_EQ(log[2].actor_id, "bob");
}

TEST_F(EventWriterTest, ARetryReturnsTheFirstResultAndStoresNothing) {
  const auto first = stack_.Send(key_, "alice", "same", "hello");
  const auto second = stack_.Send(key_, "alice", "same", "hello");
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_EQ(second->seq, first->seq);
  EXPECT_EQ(second->created_at, first->created_at);
  EXPECT_FALSE(first->duplicate);
  EXPECT_TRUE(second->duplicate);
  EXPECT_EQ(stack_.ReadLog(key_).size(), 2u);
}

TEST_F(EventWriterTest, TheSameIdWithAnotherTextIsRefused) {
  ASSERT_TRUE(stack_.Send(key_, "alice", "same", "hello").ok());
  const auto second = stack_.Send(key_, "alice", "same", "goodbye");
  EXPECT_EQ(ReasonOf(second.status()), v1::ERROR_REASON_CLIENT_MESSAGE_ID_REUSED);
  EXPECT_TRUE(stack_.Send(key_, "bob", "same", "goodbye").ok());  // another sender's id is another
}

TEST_F(EventWriterTest, AMessageWithoutATextIsNotOneWhoseTextIsErased) {
  const auto send = [&](const std::string& id, const std::string& text) {
    return Await<StoredMessage>([&](auto done) {
      stack_.log.writer.Append({key_, "alice", id, text, "", "a picture"}, Soon(), std::move(done));
    });
  };
  ASSERT_TRUE(send("picture", "").ok());
  EXPECT_TRUE(send("picture", "")->duplicate);
  EXPECT_EQ(ReasonOf(send("picture", "a caption").status()),
            v1::ERROR_REASON_CLIENT_MESSAGE_ID_REUSED);
  ASSERT_EQ(send("edited", "hello")->seq, 3u);
  database_.Execute("UPDATE acme.chatter_event SET text = '' WHERE seq = 3");
  database_.Execute(absl::StrCat("INSERT INTO acme.chatter_message (room_id, seq, text) VALUES ('",
                                 room_.ToString(), "', 3, 'hi')"));
  EXPECT_TRUE(send("edited", "hello")->duplicate);
}

TEST_F(EventWriterTest, WhatIsToldOfADuplicateIsWhatTheLogHolds) {
  const auto database = postgres::Database::Create({.url = database_.url()}, [](bool) {});
  std::atomic<int> told = 0;
  postgres::TenantDatabases tenants(**database);
  EventWriter writer(tenants, [&](std::vector<CommittedEvents>) { ++told; });
  const auto send = [&] {
    return Await<StoredMessage>([&](auto done) {
      writer.Append({key_, "alice", "1", "hello"}, Soon(), std::move(done));
    });
  };
  ASSERT_EQ(send()->seq, 2u);
  EXPECT_TRUE(send()->duplicate);
  EXPECT_EQ(told, 2);
  database_.Execute("UPDATE acme.chatter_event SET text = NULL WHERE seq = 2");  // deleted
  EXPECT_TRUE(send()->duplicate);
  EXPECT_EQ(told, 2);
  (*database)->Stop();
}

TEST_F(EventWriterTest, WhatAnOlderServerHasDeletedHasNoDetails) {
  ASSERT_TRUE(Await<StoredMessage>([&](auto done) {
                stack_.log.writer.Append({key_, "alice", "1", "hello", "", "a picture"}, Soon(),
                                         std::move(done));
              }).ok());
  EXPECT_EQ(std::get<MessageSent>(stack_.ReadLog(key_)[1].what).details, "a picture");
  database_.Execute("UPDATE acme.chatter_event SET text = NULL WHERE seq = 2");
  EXPECT_EQ(std::get<MessageSent>(stack_.ReadLog(key_)[1].what).details, "");
}

TEST_F(EventWriterTest, OnlyMembersWrite) {
  stack_.AddUsers(tenant_, {"mallory"});
  EXPECT_EQ(ReasonOf(stack_.Send(key_, "mallory", "1", "hello").status()),
            v1::ERROR_REASON_ROOM_NOT_FOUND);
  const RoomKey missing{tenant_, RoomId::Generate(0)};
  EXPECT_EQ(ReasonOf(stack_.Send(missing, "alice", "1", "hello").status()),
            v1::ERROR_REASON_ROOM_NOT_FOUND);
  EXPECT_EQ(stack_.ReadLog(key_).size(), 1u);
}

// Sends `count` messages from each sender to each room, all at once, and waits for the answers.
std::vector<StoredMessage> SendMany(CoreStack& stack, const std::vector<RoomKey>& rooms,
                                    const std::vector<std::string>& senders, int count) {
  std::vector<std::future<StoredMessage>> answers;
  for (int i = 0; i < count; ++i) {
    for (const RoomKey& room : rooms) {
      for (const std::string& sender : senders) {
        auto promise = std::make_shared<std::promise<StoredMessage>>();
        answers.push_back(promise->get_future());
        stack.log.writer.Append({room, sender, absl::StrCat("id", i), absl::StrCat("text ", i)},
                                Soon(), [promise](absl::StatusOr<StoredMessage> stored) {
                                  EXPECT_TRUE(stored.ok()) << stored.status();
                                  promise->set_value(stored.value_or(StoredMessage{}));
                                });
      }
    }
  }
  std::vector<StoredMessage> stored;
  for (auto& answer : answers) stored.push_back(answer.get());
  return stored;
}

TEST_F(EventWriterTest, RoomsAndTenantsInOneBatchStayGapless) {
  const TenantKey other = database_.AddTenant("other");
  const RoomKey second{tenant_, stack_.AddRoom(tenant_, {"alice", "bob", "carol"})};
  const RoomKey third{other, stack_.AddRoom(other, {"alice", "bob"})};
  SendMany(stack_, {third, key_, second}, {"alice", "bob"}, 400);
  for (const RoomKey& room : {key_, second, third}) {
    EXPECT_EQ(ExpectGapless(stack_.ReadLog(room)), 801u);
  }
}

TEST_F(EventWriterTest, TheSameMessageManyTimesAtOnceIsStoredOnce) {
  SendMany(stack_, {key_, key_, key_, key_}, {"alice"}, 50);
  EXPECT_EQ(ExpectGapless(stack_.ReadLog(key_)), 51u);
}

TEST_F(EventWriterTest, NodesThatWriteToOneRoomAgree) {
  CoreStack second(database_.url());
  CoreStack third(database_.url(), Clock::Real(), {}, /*prepared_statements=*/false);
  std::thread one([&] { SendMany(second, {key_}, {"alice", "bob"}, 300); });
  std::thread two([&] { SendMany(third, {key_}, {"alice", "bob"}, 300); });
  SendMany(stack_, {key_}, {"alice", "bob"}, 300);
  one.join();
  two.join();
  EXPECT_EQ(ExpectGapless(stack_.ReadLog(key_)), 601u);  // each id stored by one of the three
}

TEST_F(EventWriterTest, ABadRowFailsAloneAndItsNeighboursAreStored) {
  // Text that isn't UTF-8 can't come over the API; it stands for whatever a database may refuse.
  std::vector<std::future<absl::Status>> answers;
  for (int i = 0; i < 20; ++i) {
    auto promise = std::make_shared<std::promise<absl::Status>>();
    answers.push_back(promise->get_future());
    stack_.log.writer.Append(
        {key_, "alice", absl::StrCat(i), i == 7 ? "\xff" : "fine"}, Soon(),
        [promise](absl::StatusOr<StoredMessage> stored) { promise->set_value(stored.status()); });
  }
  for (size_t i = 0; i < answers.size(); ++i) {
    EXPECT_EQ(answers[i].get().code(),
              i == 7 ? absl::StatusCode::kInternal : absl::StatusCode::kOk);
  }
  EXPECT_EQ(ExpectGapless(stack_.ReadLog(key_)), 20u);
}

TEST_F(EventWriterTest, LostConnectionsLoseAndRepeatNothing) {
  std::atomic<bool> stop = false;
  std::thread saboteur([&] {
    while (!stop) {
      const uint64_t commits = stack_.log.writer.stats().commits;
      database_.CutConnections();
      // Else a busy machine never gets a batch through before the next cut.
      while (!stop && stack_.log.writer.stats().commits == commits) std::this_thread::yield();
    }
  });
  const auto stored = SendMany(stack_, {key_}, {"alice", "bob"}, 1'000);
  stop = true;
  saboteur.join();
  std::set<uint64_t> seqs;
  for (const StoredMessage& message : stored) seqs.insert(message.seq);
  EXPECT_EQ(seqs.size(), 2'000u);
  EXPECT_EQ(ExpectGapless(stack_.ReadLog(key_)), 2'001u);
}

// The plan of a tenant that was known to be empty would else read all of the log for each batch.
TEST_F(EventWriterTest, MessagesAreLookedUpByTheirKeysHoweverEmptyTheLogWas) {
  database_.Execute("DELETE FROM acme.chatter_event");
  database_.Execute("VACUUM ANALYZE acme.chatter_event");
  database_.Execute(
      absl::StrCat("INSERT INTO acme.chatter_event (room_id, seq, created_at, kind, actor_id) "
                   "VALUES ('",
                   room_.ToString(), "', 1, now(), 1, 'alice')"));
  const auto scans = [this](std::string_view kind) {
    return database_.Execute(absl::StrCat("SELECT ", absl::string_view(kind.data(), kind.size()),
                                          " FROM pg_stat_user_tables WHERE relname = "
                                          "'chatter_event' AND schemaname = 'acme'"));
  };
  const auto read_by_client_id = [this] {
    return database_.Execute(
        "SELECT idx_tup_read FROM pg_stat_user_indexes WHERE indexrelname = "
        "'chatter_event_client_message' AND schemaname = 'acme'");
  };
  const std::string sequential = scans("seq_scan");
  const std::string by_index = scans("idx_scan");
  const std::string by_client_id = read_by_client_id();
  {
    CoreStack stack(database_.url());
    SendMany(stack, {key_}, {"alice", "bob"}, 50);
  }
  while (scans("idx_scan") == by_index) {  // counted once the connections are gone
  }
  EXPECT_EQ(scans("seq_scan"), sequential);
  EXPECT_EQ(read_by_client_id(), by_client_id);  // all are new: there is nothing to be found
}

// What the batch's statements beside append_messages.sql have to tell apart.
TEST_F(EventWriterTest, ThreadsAndMentionsInOneBatchAreKeptByMessage) {
  const TenantKey other = database_.AddTenant("other");
  const RoomKey second{tenant_, stack_.AddRoom(tenant_, {"alice", "bob", "carol"})};
  const RoomKey third{other, stack_.AddRoom(other, {"alice", "bob"})};
  std::vector<std::future<absl::Status>> answers;
  for (const RoomKey& room : {key_, second, third}) {
    ASSERT_EQ(stack_.Send(room, "bob", "1000", "hello")->seq, 2u);
  }
  for (int i = 0; i < 30; ++i) {
    for (const RoomKey& room : {third, key_, second}) {
      NewMessage message{room, "alice", absl::StrCat(i), "text"};
      if (i % 3 == 0) message.details = absl::StrCat("details ", i);
      if (i % 3 == 0) message.thread_seq = 2;
      if (i % 6 == 0) message.mentions = {"bob", ""};
      auto promise = std::make_shared<std::promise<absl::Status>>();
      answers.push_back(promise->get_future());
      stack_.log.writer.Append(
          std::move(message), Soon(),
          [promise](absl::StatusOr<StoredMessage> stored) { promise->set_value(stored.status()); });
    }
  }
  for (auto& answer : answers) EXPECT_TRUE(answer.get().ok());
  const auto in = [this](absl::string_view schema, absl::string_view what) {
    return database_.Execute(absl::StrCat("SELECT ", what, " FROM ", schema,
                                          ".chatter_event e LEFT JOIN ", schema,
                                          ".chatter_mention n USING (room_id, seq) LEFT JOIN ",
                                          schema, ".chatter_message m USING (room_id, seq)"));
  };
  EXPECT_EQ(in("acme", "sum(reply_count)"), "20");
  EXPECT_EQ(in("other", "sum(reply_count)"), "10");
  for (const char* schema : {"acme", "other"}) {
    EXPECT_EQ(in(schema, "string_agg(DISTINCT n.user_id, '+')"), "+bob");
    EXPECT_EQ(
        in(schema,
           "count(*) FILTER (WHERE (n.seq IS NOT NULL) <> (client_message_id::integer % 6 = 0))"),
        "0");
  }
  EXPECT_EQ(std::get<MessageSent>(stack_.ReadLog(key_)[2].what).details, "details 0");
}

TEST_F(EventWriterTest, WithoutADatabaseASendFailsAtItsDeadline) {
  const auto database =
      postgres::Database::Create({.url = "postgresql://127.0.0.1:1/nowhere"}, [](bool) {});
  postgres::TenantDatabases tenants(**database);
  EventWriter writer(tenants, [](std::vector<CommittedEvents>) {});
  const auto stored = Await<StoredMessage>([&](auto done) {
    writer.Append({key_, "alice", "1", "hello"}, SteadyTime::Now() + absl::Milliseconds(20),
                  std::move(done));
  });
  EXPECT_EQ(ReasonOf(stored.status()), v1::ERROR_REASON_DATABASE_UNAVAILABLE);
  (*database)->Stop();
}

TEST_F(EventWriterTest, AFullQueueRefuses) {
  const auto database =
      postgres::Database::Create({.url = "postgresql://127.0.0.1:1/nowhere"}, [](bool) {});
  postgres::TenantDatabases tenants(**database);
  EventWriter writer(tenants, [](std::vector<CommittedEvents>) {});
  std::atomic<int> refused = 0;
  const size_t half = EventWriter::kMaxQueuedRows / 2;
  for (size_t i = 0; i < half + 2; ++i) {
    writer.Append({key_, "alice", absl::StrCat(i), "hello"}, Soon(),
                  [&](absl::StatusOr<StoredMessage> stored) {
                    if (ReasonOf(stored.status()) == v1::ERROR_REASON_OVERLOADED) ++refused;
                  });
  }
  EXPECT_EQ(refused, 1);  // one more is under way, and the tenant's half of the queue waits
  (*database)->Stop();    // while those who are called back are still there
}

}  // namespace
}  // namespace chatter::store
