#include "server/live/log_pages.h"

#include <atomic>
#include <future>
#include <span>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "server/model/errors.h"
#include "server/postgres/blocking_session.h"
#include "server/wire/encode.h"
#include "tests/support/await.h"
#include "tests/support/core_stack.h"
#include "tests/support/fake_clock.h"
#include "tests/support/test_database.h"

namespace chatter::live {
namespace {

using test::Await;
using test::CoreStack;
using test::TestDatabase;

class LogPagesTest : public testing::Test {
 protected:
  void Store(int count, const std::string& text = "text") {
    std::vector<std::future<bool>> answers;
    for (int i = 0; i < count; ++i) {
      auto promise = std::make_shared<std::promise<bool>>();
      answers.push_back(promise->get_future());
      stack_.log.writer.Append({key_, "alice", absl::StrCat(next_id_++), text}, test::Soon(),
                               [promise](const absl::StatusOr<StoredMessage>& stored) {
                                 promise->set_value(stored.ok());
                               });
    }
    for (auto& answer : answers) ASSERT_TRUE(answer.get());
  }
  std::future<LogPages::PagePtr> Begin(uint64_t after_seq, const Epoch& epoch = {}) {
    auto promise = std::make_shared<std::promise<LogPages::PagePtr>>();
    auto future = promise->get_future();
    stack_.log.pages.Read(key_, after_seq, epoch,
                          [promise](const absl::StatusOr<LogPages::PagePtr>& page) {
                            promise->set_value(page.value_or(nullptr));
                          });
    return future;
  }
  LogPages::PagePtr Read(uint64_t after_seq, const Epoch& epoch = {}) {
    return Begin(after_seq, epoch).get();
  }
  static uint64_t LastSeq(const LogPages::Page& page) { return page.runs.back().next_seq() - 1; }

  TestDatabase database_;
  const TenantKey tenant_ = database_.AddTenant("acme");
  CoreStack stack_{database_.url()};
  const RoomKey key_{tenant_, stack_.AddRoom(tenant_, {"alice", "bob"})};
  int next_id_ = 0;
};

TEST_F(LogPagesTest, PagesEndAtTheSameNumbersWhereverTheyBegin) {
  Store(600);
  for (const uint64_t after_seq : {0u, 1u, 100u, 255u}) {
    const auto page = Read(after_seq);
    ASSERT_NE(page, nullptr);
    EXPECT_EQ(page->runs.front().first_seq, after_seq + 1);
    EXPECT_EQ(LastSeq(*page), 256u);
    EXPECT_TRUE(page->has_more);
  }
  EXPECT_EQ(LastSeq(*Read(256)), 512u);
  const auto last = Read(512);
  EXPECT_EQ(LastSeq(*last), 601u);
  EXPECT_FALSE(last->has_more);
  EXPECT_TRUE(Read(601)->runs.empty());
}

TEST_F(LogPagesTest, PagesAreBoundedInBytesButHoldAtLeastOneEvent) {
  Store(40, std::string(16'000, 'x'));
  uint64_t seq = 0;
  while (true) {
    const auto page = Read(seq);
    ASSERT_NE(page, nullptr);
    if (!page->has_more && page->runs.empty()) break;
    ASSERT_FALSE(page->runs.empty());
    EXPECT_LE(page->bytes(), store::EventReader::kMaxPageBytes + 17'000);
    seq = LastSeq(*page);
  }
  EXPECT_EQ(seq, 41u);
}

TEST_F(LogPagesTest, ManyWhoWantAPageGetTheSame) {
  Store(300);
  std::vector<std::future<LogPages::PagePtr>> pages;
  for (int i = 0; i < 100; ++i) pages.push_back(Begin(0));
  const auto first = pages.front().get();
  for (size_t i = 1; i < pages.size(); ++i) EXPECT_EQ(pages[i].get(), first);
  EXPECT_EQ(Read(0), first);  // afterwards too
}

TEST_F(LogPagesTest, PagesThatAreKeptAreBounded) {
  Store(1'200, std::string(16'384, 'x'));
  const auto first = Read(0);
  for (uint64_t seq = 0; seq < 1'200;) seq = LastSeq(*Read(seq));
  const LogPages::Stats stats = stack_.log.pages.stats();
  EXPECT_GT(stats.kept_bytes, LogPages::kMaxKeptBytes - (1 << 20));
  EXPECT_LE(stats.kept_bytes, LogPages::kMaxKeptBytes);
  EXPECT_NE(Read(0), first);  // has gone
}

TEST_F(LogPagesTest, APageOfAnotherEpochIsReadAnew) {
  Store(300);
  const auto before = Read(0);
  ASSERT_FALSE(before->epoch.empty());
  EXPECT_EQ(Read(0, before->epoch), before);
  const auto epoch = Await<Epoch>([&](auto done) {
    stack_.stores.epochs.Begin(tenant_, /*mark=*/"", test::Soon(), std::move(done));
  });
  ASSERT_TRUE(epoch.ok());
  const auto after = Read(0, *epoch);
  EXPECT_EQ(after->epoch, *epoch);
  EXPECT_NE(after->epoch, before->epoch);
  EXPECT_EQ(Read(0, *epoch), after);
}

// Should nobody hear of what another node has erased.
TEST_F(LogPagesTest, PagesAreKeptForAWhileOnly) {
  Store(300);
  test::FakeClock clock;
  CoreStack stack(database_.url(), clock);
  const auto read = [&] {
    return *Await<LogPages::PagePtr>(
        [&](auto done) { stack.log.pages.Read(key_, 0, {}, std::move(done)); });
  };
  const auto first = read();
  clock.Advance(LogPages::kMaxAge - absl::Milliseconds(1));
  EXPECT_EQ(read(), first);
  clock.Advance(absl::Milliseconds(1));
  EXPECT_NE(read(), first);
}

TEST_F(LogPagesTest, WhatErasesTextsMakesTheHubForgetThePagesOfTheRoom) {
  Store(300);
  auto first = Read(0);
  const auto hear_of = [&](auto event) {
    stack_.log.hub.OnEvents({{key_,
                              {{.room_id = key_.room,
                                .seq = 302,
                                .created_at = {},
                                .actor_id = {},
                                .what = std::move(event)}}}});
  };
  hear_of(v1::ReactionAdded());
  EXPECT_EQ(Read(0), first);
  hear_of(v1::MessageEdited());
  EXPECT_NE(Read(0), first);
  first = Read(0);
  hear_of(v1::MessageDeleted());
  EXPECT_NE(Read(0), first);
  first = Read(0);
  hear_of(v1::RoomDeleted());
  EXPECT_NE(Read(0), first);
}

// Held up where it has been read and isn't encoded yet.
TEST_F(LogPagesTest, AReadBegunBeforeATextWasErasedIsNotJoinedAfterwards) {
  Store(300);
  std::promise<void> may_encode;
  std::promise<void> has_read;
  std::atomic<int> encoded = 0;
  LogPages pages(
      stack_.stores.events,
      [&, go_on = may_encode.get_future().share()](std::span<const RoomEvent> events) {
        if (encoded++ == 0) {
          has_read.set_value();
          go_on.wait();
        }
        return wire::EncodeRoomEvents(events);
      },
      Clock::Real());
  const auto begin = [&] {
    auto promise = std::make_shared<std::promise<LogPages::PagePtr>>();
    pages.Read(key_, 0, {}, [promise](const absl::StatusOr<LogPages::PagePtr>& page) {
      promise->set_value(page.value_or(nullptr));
    });
    return promise->get_future();
  };
  auto before = begin();
  has_read.get_future().wait();
  const std::vector<RoomEvent> deletion(1, {.room_id = key_.room,
                                            .seq = 302,
                                            .created_at = {},
                                            .actor_id = {},
                                            .what = v1::MessageDeleted()});
  pages.OnEvents(key_, deletion);
  auto after = begin();
  may_encode.set_value();
  const auto outdated = before.get();
  const auto current = after.get();
  ASSERT_NE(outdated, nullptr);
  ASSERT_NE(current, nullptr);
  EXPECT_NE(current, outdated);
  EXPECT_EQ(begin().get(), current) << "which is kept, and not what was read before";
}

TEST_F(LogPagesTest, WithoutADatabaseAllFailTogether) {
  const auto database = postgres::Database::Create(
      {.url = "postgresql://127.0.0.1:1/nowhere", .max_wait = absl::Milliseconds(200)},
      [](bool) {});
  ASSERT_TRUE(database.ok());
  postgres::TenantDatabases tenants(**database);
  store::EventReader reader(tenants);
  LogPages pages(
      reader, [](auto) { return std::vector<EncodedRun>(); }, Clock::Real());
  std::vector<std::future<absl::Status>> answers;
  for (uint64_t seq = 0; seq < 100; ++seq) {
    auto promise = std::make_shared<std::promise<absl::Status>>();
    answers.push_back(promise->get_future());
    pages.Read(key_, seq, {}, [promise](const absl::StatusOr<LogPages::PagePtr>& page) {
      promise->set_value(test::Unshared(page.status()));
    });
  }
  for (auto& answer : answers) EXPECT_TRUE(absl::IsUnavailable(answer.get()));
  EXPECT_EQ(pages.stats().read,
            LogPages::kMaxReadsOfTenant);  // the others didn't wait for their turns
  (*database)->Stop();
}

TEST_F(LogPagesTest, ATenantsFaultFailsNobodyElsesPages) {
  const TenantKey other = database_.AddTenant("other");
  const RoomKey room{other, stack_.AddRoom(other, {"alice", "bob"})};
  database_.Execute("ALTER TABLE acme.chatter_event RENAME TO elsewhere");
  std::vector<std::future<LogPages::PagePtr>> broken;
  for (uint64_t seq = 0; seq < 100; ++seq) broken.push_back(Begin(seq));
  for (int i = 0; i < 20; ++i) {
    const auto page = Await<LogPages::PagePtr>(
        [&](auto done) { stack_.log.pages.Read(room, 0, {}, std::move(done)); });
    EXPECT_TRUE(page.ok()) << page.status();
    broken.push_back(Begin(100));
  }
  for (auto& page : broken) EXPECT_EQ(page.get(), nullptr);
  database_.Execute("ALTER TABLE acme.elsewhere RENAME TO chatter_event");
  EXPECT_NE(Read(0), nullptr);
}

TEST_F(LogPagesTest, ALockedTenantKeepsNobodyElseFromTheirPages) {
  const TenantKey other = database_.AddTenant("other");
  const RoomKey room{other, stack_.AddRoom(other, {"alice", "bob"})};
  const auto database = postgres::Database::Create({.url = database_.url()}, [](bool) {});
  ASSERT_TRUE(database.ok());
  postgres::TenantDatabases tenants(**database);
  store::EventReader reader(tenants);
  LogPages pages(
      reader,
      [](std::span<const RoomEvent> events) {
        return std::vector<EncodedRun>(events.size(), {.bytes = std::make_shared<std::string>()});
      },
      Clock::Real());
  const auto read = [&](const RoomKey& key, uint64_t after_seq) {
    return Await<LogPages::PagePtr>(
        [&](auto done) { pages.Read(key, after_seq, {}, std::move(done)); });
  };
  auto locker = postgres::BlockingSession::Open(database_.url());
  ASSERT_TRUE(locker.ok());
  ASSERT_TRUE(locker->Execute("BEGIN; LOCK TABLE acme.chatter_event").ok());
  std::vector<std::future<absl::Status>> locked;
  for (uint64_t seq = 0; seq < 50; ++seq) {
    locked.push_back(std::async(std::launch::async, [&, seq] { return read(key_, seq).status(); }));
  }
  for (int i = 0; i < 20; ++i) EXPECT_TRUE(read(room, 0).ok());
  // Nor does it fail theirs when its own come to nothing.
  while (locked.front().wait_for(std::chrono::seconds(0)) != std::future_status::ready) {
    EXPECT_TRUE(read(room, 0).ok());
  }
  for (auto& page : locked) {
    EXPECT_EQ(ReasonOf(page.get()), v1::ERROR_REASON_TENANT_BROKEN);
  }
  ASSERT_TRUE(locker->Execute("ROLLBACK").ok());
  EXPECT_TRUE(read(key_, 0).ok());
  (*database)->Stop();
}

TEST_F(LogPagesTest, TheLastPageGrowsAndIsReadAnew) {
  Store(2);
  EXPECT_EQ(LastSeq(*Read(0)), 3u);
  Store(2);
  EXPECT_EQ(LastSeq(*Read(0)), 5u);
}

TEST_F(LogPagesTest, MorePagesThanAreUnderWayAtOnceAllCome) {
  Store(static_cast<int>(LogPages::kMaxReads) * LogPages::kPageEvents);
  std::vector<std::future<LogPages::PagePtr>> pages;
  for (uint64_t seq = 0; seq < LogPages::kMaxReads * LogPages::kPageEvents; seq += 16) {
    pages.push_back(Begin(seq));
  }
  uint64_t seq = 0;
  for (auto& page : pages) {
    EXPECT_EQ(page.get()->runs.front().first_seq, seq + 1);
    seq += 16;
  }
}

}  // namespace
}  // namespace chatter::live
