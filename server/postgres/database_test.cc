#include "server/postgres/database.h"

#include <future>
#include <memory>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/steady_time.h"
#include "gtest/gtest.h"
#include "server/model/errors.h"
#include "server/postgres/connection.h"
#include "tests/support/await.h"
#include "tests/support/test_database.h"

namespace chatter::postgres {
namespace {

using test::Await;
using test::Soon;
using test::TestDatabase;

constexpr std::string_view kEcho = "SELECT $1::bigint";
constexpr std::string_view kSleep = "SELECT pg_sleep(1) IS NULL";

std::unique_ptr<Database> Connect(const std::string& url,
                                  absl::Duration max_wait = absl::Seconds(30)) {
  auto database = Database::Create({.url = url, .max_wait = max_wait}, [](bool) {});
  EXPECT_TRUE(database.ok()) << database.status();
  return *std::move(database);
}

void Echo(Database& database, int64_t value, Callback<Rows> done) {
  RunOne(database, {kEcho, std::nullopt, Params().Int(value)}, Soon(), kIdempotent,
         std::move(done));
}

int64_t Echoed(Database& database, int64_t value) {
  const auto rows = Await<Rows>([&](auto done) { Echo(database, value, std::move(done)); });
  return rows.ok() ? rows->GetInt(0, 0) : -1;
}

// One after the other on each thread, so that the loop falls asleep and is woken all the time: a
// wake-up that is lost leaves a call without an answer for up to a minute.
TEST(DatabaseTest, AnswersWhoeverAsksFromHoweverManyThreads) {
  const TestDatabase postgres;
  const auto database = Connect(postgres.url());
  ASSERT_EQ(Echoed(*database, 7), 7);
  const SteadyTime begin = SteadyTime::Now();
  std::vector<std::thread> threads;
  for (int64_t thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&database = *database, thread] {
      for (int64_t i = 0; i < 300; ++i) {
        ASSERT_EQ(Echoed(database, thread * 1'000 + i), thread * 1'000 + i);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_LT(SteadyTime::Now() - begin, absl::Seconds(40));
}

TEST(DatabaseTest, RunsWhatACallbackAsksFor) {
  const TestDatabase postgres;
  const auto database = Connect(postgres.url());
  const auto rows = Await<Rows>([&](auto done) {
    Echo(*database, 1, [&database = *database, done = std::move(done)](auto first) mutable {
      ASSERT_TRUE(first.ok());
      Echo(database, 2, std::move(done));
    });
  });
  ASSERT_TRUE(rows.ok());
  EXPECT_EQ(rows->GetInt(0, 0), 2);
}

TEST(DatabaseTest, MoreThanAConnectionTakesAtOnceAreAllAnswered) {
  const TestDatabase postgres;
  const auto database =
      Database::Create({.url = postgres.url(), .query_connections = 1}, [](bool) {});
  ASSERT_TRUE(database.ok());
  std::vector<std::future<int64_t>> answers;
  for (int64_t i = 0; i < 20 * static_cast<int64_t>(Connection::kMaxInFlight); ++i) {
    auto promise = std::make_shared<std::promise<int64_t>>();
    answers.push_back(promise->get_future());
    Echo(**database, i, [promise](const absl::StatusOr<Rows>& rows) {
      promise->set_value(rows.ok() ? rows->GetInt(0, 0) : -1);
    });
  }
  for (size_t i = 0; i < answers.size(); ++i) {
    EXPECT_EQ(answers[i].get(), static_cast<int64_t>(i));
  }
}

TEST(DatabaseTest, ThePreparedStatementsOfAConnectionAreBounded) {
  const TestDatabase postgres;
  const auto database =
      Database::Create({.url = postgres.url(), .query_connections = 1}, [](bool) {});
  ASSERT_TRUE(database.ok());
  const auto value_of = [&](std::string_view sql) {
    const auto rows = Await<Rows>([&](auto done) {
      RunOne(**database, {sql, std::nullopt, {}}, Soon(), kIdempotent, std::move(done));
    });
    return rows.ok() ? rows->GetInt(0, 0) : -1;
  };
  for (int round = 0; round < 2; ++round) {
    for (size_t i = 0; i < Connection::kMaxPrepared + 50; ++i) {
      EXPECT_EQ(value_of(KeepSql(absl::StrCat("SELECT ", i, "::bigint"))), static_cast<int64_t>(i));
    }
  }
  EXPECT_EQ(value_of("SELECT count(*) FROM pg_prepared_statements"),
            static_cast<int64_t>(Connection::kMaxPrepared));
}

// What a transaction that fails was to prepare and to let go of, it may not have got to; and the
// one behind it was sent when nobody knew that yet.
class SkippedStatementsTest : public testing::Test {
 protected:
  SkippedStatementsTest()
      : database_(
            *Database::Create({.url = postgres_.url(), .query_connections = 1}, [](bool) {})) {}

  static Database::Transaction Of(const std::vector<std::string_view>& texts) {
    Database::Transaction transaction{
        .statements = {}, .deadline = Soon(), .idempotent = kIdempotent, .lane = Lane::kQuery};
    for (const std::string_view sql : texts) {
      transaction.statements.push_back({sql, std::nullopt, {}});
    }
    return transaction;
  }
  int64_t Get(std::string_view sql) {
    const auto results =
        Await<Database::Results>([&](auto done) { database_->Run(Of({sql}), std::move(done)); });
    return results.ok() ? results->front().GetInt(0, 0) : -1;
  }
  // Runs a transaction that fails at once and then would `sql`, and behind it, sent at the same
  // time, `sql` alone.
  int64_t GetBehindFailure(std::string_view sql) {
    const auto results = Await<Database::Results>([&](auto done) {
      database_->Run(Of({kFails}), [this, sql, done = std::move(done)](const auto&) mutable {
        database_->Run(Of({kFails, sql}), [](const auto&) {});
        database_->Run(Of({sql}), std::move(done));
      });
    });
    return results.ok() ? results->front().GetInt(0, 0) : -1;
  }
  static std::string_view Number(size_t i) {
    return KeepSql(absl::StrCat("SELECT ", i, "::bigint"));
  }

  static constexpr std::string_view kFails = "SELECT 1::bigint / 0";
  static constexpr std::string_view kCountPrepared = "SELECT count(*) FROM pg_prepared_statements";
  const TestDatabase postgres_;
  const std::unique_ptr<Database> database_;
};

TEST_F(SkippedStatementsTest, AreNotTakenForLostOnes) {
  EXPECT_EQ(Get(kCountPrepared), 1);
  EXPECT_EQ(GetBehindFailure(Number(7)), 7);
  EXPECT_EQ(Get(kCountPrepared), 3);
}

TEST_F(SkippedStatementsTest, AreLetGoOfLater) {
  std::vector<std::string_view> numbers;
  for (size_t i = 0; i < Connection::kMaxPrepared + 2; ++i) numbers.push_back(Number(i));
  for (size_t i = 0; i < numbers.size(); ++i) Get(numbers[i]);
  EXPECT_EQ(GetBehindFailure(Number(1'000)), 1'000);
  for (size_t i = 0; i < numbers.size(); ++i) EXPECT_EQ(Get(numbers[i]), static_cast<int64_t>(i));
  EXPECT_EQ(Get(kCountPrepared), static_cast<int64_t>(Connection::kMaxPrepared));
}

TEST(DatabaseTest, TooManyThatWaitAreRefused) {
  const auto database = Database::Create({.url = "postgresql://127.0.0.1:1/nowhere"}, [](bool) {});
  ASSERT_TRUE(database.ok());
  // What is refused is answered at once, what waits isn't.
  const auto answer = Await<Rows>([&](auto done) {
    for (size_t i = 0; i < Database::kMaxWaiting; ++i) Echo(**database, 0, [](auto) {});
    Echo(**database, 0, std::move(done));
  });
  EXPECT_EQ(ReasonOf(answer.status()), v1::ERROR_REASON_OVERLOADED);
  EXPECT_EQ((*database)->stats().refused, 1u);
}

TEST(DatabaseTest, AnswersAtTheDeadlineAndGoesOn) {
  const TestDatabase postgres;
  const auto database = Connect(postgres.url());
  ASSERT_EQ(Echoed(*database, 1), 1);
  const auto rows = Await<Rows>([&](auto done) {
    RunOne(*database, {kSleep, std::nullopt, {}}, SteadyTime::Now() + absl::Milliseconds(400),
           kIdempotent, std::move(done));
  });
  EXPECT_TRUE(absl::IsDeadlineExceeded(rows.status())) << rows.status();
  // On each connection, that of the sleep included.
  for (int64_t i = 0; i < 8; ++i) EXPECT_EQ(Echoed(*database, i), i);
}

TEST(DatabaseTest, ASearchThatNobodyWaitsForIsNotBegun) {
  const TestDatabase postgres;
  postgres.Execute("CREATE SCHEMA acme");
  postgres.Execute("CREATE SEQUENCE acme.begun");
  const auto database =
      Database::Create({.url = postgres.url(), .search_connections = 1}, [](bool) {});
  ASSERT_TRUE(database.ok());
  const auto search = [&](std::string_view sql, SteadyTime deadline) {
    Database::Transaction transaction;
    transaction.statements.push_back({sql, std::nullopt, {}});
    transaction.deadline = deadline;
    transaction.lane = Lane::kSearch;
    auto promise = std::make_shared<std::promise<absl::Status>>();
    (*database)->Run(std::move(transaction),
                     [promise](const absl::StatusOr<Database::Results>& results) {
                       promise->set_value(test::Unshared(results.status()));
                     });
    return promise->get_future();
  };
  constexpr std::string_view kNext = "SELECT nextval('acme.begun')";
  ASSERT_EQ(search(kNext, Soon()).get(), absl::OkStatus());
  auto slow = search(kSleep, Soon());
  auto given_up = search(kNext, SteadyTime::Now() + absl::Milliseconds(100));
  auto waiting = search(kNext, Soon());
  EXPECT_TRUE(absl::IsUnavailable(given_up.get()));
  EXPECT_EQ(slow.get(), absl::OkStatus());
  EXPECT_EQ(waiting.get(), absl::OkStatus());
  EXPECT_EQ(postgres.Execute("SELECT last_value FROM acme.begun"), "2");
}

TEST(DatabaseTest, WaitsForAConnectionWithinABound) {
  const auto database =
      Connect("postgresql://nobody@127.0.0.1:1/none", /*max_wait=*/absl::Milliseconds(500));
  const auto rows = Await<Rows>([&](auto done) { Echo(*database, 1, std::move(done)); });
  EXPECT_EQ(ReasonOf(rows.status()), v1::ERROR_REASON_DATABASE_UNAVAILABLE);
}

TEST(DatabaseTest, AnswersEverythingWhenItStops) {
  const TestDatabase postgres;
  const auto database = Connect(postgres.url());
  ASSERT_EQ(Echoed(*database, 1), 1);
  const auto rows = Await<Rows>([&](auto done) {
    RunOne(*database, {kSleep, std::nullopt, {}}, Soon(), kOnce, std::move(done));
    database->Stop();
  });
  EXPECT_EQ(ReasonOf(rows.status()), v1::ERROR_REASON_DATABASE_UNAVAILABLE);
  EXPECT_EQ(Echoed(*database, 1), -1);
}

}  // namespace
}  // namespace chatter::postgres
