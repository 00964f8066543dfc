// What the database does while PostgreSQL, or somebody beside us, misbehaves.
#include <atomic>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "server/model/errors.h"
#include "server/postgres/blocking_session.h"
#include "server/postgres/database.h"
#include "tests/support/await.h"
#include "tests/support/chaos_proxy.h"
#include "tests/support/test_database.h"

namespace chatter::postgres {
namespace {

using test::Await;
using test::ChaosProxy;
using test::Soon;
using test::TestDatabase;

constexpr std::string_view kOne = "SELECT 1::bigint";

// A database whose bounds are short, if they are what is tested, and what it says of itself.
class Watched {
 public:
  explicit Watched(const std::string& url, int query_connections = 2,
                   absl::Duration max_silence = absl::Milliseconds(500)) {
    auto made = Database::Create({.url = url,
                                  .query_connections = query_connections,
                                  .max_wait = 4 * max_silence,
                                  .max_lock_wait = absl::Milliseconds(50),
                                  .max_silence = max_silence,
                                  .probe_interval = absl::Milliseconds(50),
                                  .min_backoff = absl::Milliseconds(1),
                                  .max_backoff = absl::Milliseconds(20)},
                                 [this](bool ready) { ready_ = ready; });
    if (!made.ok()) std::abort();
    database_ = *std::move(made);
  }

  Database& operator*() { return *database_; }
  Database* operator->() { return database_.get(); }
  void AwaitReady(bool ready) {
    while (ready_ != ready) std::this_thread::yield();
  }

  std::future<absl::StatusOr<int64_t>> Begin(Statement statement, Lane lane = Lane::kQuery,
                                             bool idempotent = true) {
    Database::Transaction transaction{
        .statements = {}, .deadline = Soon(), .idempotent = idempotent, .lane = lane};
    transaction.statements.push_back(std::move(statement));
    auto promise = std::make_shared<std::promise<absl::StatusOr<int64_t>>>();
    database_->Run(std::move(transaction), [promise](const auto& results) {
      if (!results.ok()) return promise->set_value(test::Unshared(results.status()));
      const Rows& rows = results->back();
      promise->set_value(rows.size() == 0 ? 0 : rows.GetInt(0, 0));
    });
    return promise->get_future();
  }
  absl::StatusOr<int64_t> Run(Statement statement, Lane lane = Lane::kQuery) {
    return Begin(std::move(statement), lane).get();
  }

 private:
  std::atomic<bool> ready_ = false;
  std::unique_ptr<Database> database_;
};

TEST(DatabaseFaultsTest, AServerThatSaysNothingIsGivenUpAndSaidToBeAway) {
  const TestDatabase postgres;
  ChaosProxy proxy(test::PortOf(postgres.url()));
  Watched database(test::Through(proxy, postgres.url()));
  database.AwaitReady(true);
  proxy.Freeze();
  // Both what is asked now and what nobody asks for: the connections ask by themselves.
  EXPECT_TRUE(absl::IsUnavailable(database.Run({kOne, std::nullopt, {}}).status()));
  database.AwaitReady(false);
  proxy.Thaw();
  database.AwaitReady(true);
  EXPECT_EQ(*database.Run({kOne, std::nullopt, {}}), 1);
}

// Else those of the connections that are many might take all places, and never give one back.
TEST(DatabaseFaultsTest, WhatIsIndispensableComesFirstWhereConnectionsAreFew) {
  const TestDatabase postgres;
  const std::string role = postgres.name() + "_few";
  postgres.Execute(absl::StrCat("CREATE ROLE ", role, " LOGIN PASSWORD 'few' CONNECTION LIMIT 2"));
  {
    const std::string url =
        absl::StrCat("postgresql://", role, ":few@127.0.0.1:", test::PortOf(postgres.url()), "/",
                     postgres.name());
    Watched database(url, /*query_connections=*/8, /*max_silence=*/absl::Seconds(5));
    for (int i = 0; i < 20; ++i) {
      EXPECT_EQ(database.Run({kOne, std::nullopt, {}}, Lane::kWrite).status(), absl::OkStatus());
      postgres.CutConnections();
    }
  }
  postgres.ExecuteOn("postgres", absl::StrCat("DROP ROLE ", role));
}

TEST(DatabaseFaultsTest, ReadsGoOnWhereNothingCanBeWritten) {
  const TestDatabase postgres;
  Watched database(postgres.url());
  database.AwaitReady(true);
  const std::string alter = absl::StrCat("ALTER DATABASE ", postgres.name());
  postgres.Execute(alter + " SET default_transaction_read_only = on");
  postgres.CutConnections();
  database.AwaitReady(false);
  EXPECT_EQ(*database.Run({kOne, std::nullopt, {}}), 1);
  EXPECT_TRUE(absl::IsUnavailable(database.Run({kOne, std::nullopt, {}}, Lane::kWrite).status()));
  postgres.ExecuteOn("postgres", alter + " RESET default_transaction_read_only");
  database.AwaitReady(true);
  EXPECT_EQ(*database.Run({kOne, std::nullopt, {}}, Lane::kWrite), 1);
}

TEST(DatabaseFaultsTest, AConnectionThatCanNoLongerWriteIsMadeAgain) {
  const TestDatabase postgres;
  postgres.Execute("CREATE SCHEMA acme");
  postgres.Execute("CREATE TABLE acme.t (n bigint)");
  Watched database(postgres.url());
  ASSERT_TRUE(
      database.Run({"SET default_transaction_read_only = on", std::nullopt, {}}, Lane::kWrite)
          .ok());
  const auto written =
      database.Run({"INSERT INTO acme.t VALUES (1) RETURNING n", std::nullopt, {}}, Lane::kWrite);
  EXPECT_EQ(written.status(), absl::OkStatus());
  EXPECT_EQ(postgres.Execute("SELECT count(*) FROM acme.t"), "1");
}

TEST(DatabaseFaultsTest, OneTenantsLocksKeepNobodyElseWaiting) {
  const TestDatabase postgres;
  const TenantKey locked = postgres.AddTenant("locked");
  const TenantKey free = postgres.AddTenant("free");
  constexpr std::string_view kCount = "SELECT count(*) FROM {schema}.chatter_room";
  Watched database(postgres.url());
  auto other = BlockingSession::Open(postgres.url());
  ASSERT_TRUE(other.ok());
  std::vector<std::future<absl::StatusOr<int64_t>>> waiting;
  ASSERT_EQ(other->Execute("BEGIN; LOCK TABLE locked.chatter_room"), absl::OkStatus());
  for (int i = 0; i < 200; ++i) waiting.push_back(database.Begin({kCount, locked, {}}));
  // More than could be had if each waited for one of the locked tenant's.
  for (int i = 0; i < 200; ++i) EXPECT_EQ(*database.Run({kCount, free, {}}), 0);
  for (auto& answer : waiting) {
    const absl::StatusOr<int64_t> count = answer.get();
    EXPECT_EQ(ReasonOf(count.status()), v1::ERROR_REASON_TENANT_BROKEN) << count.status();
  }
  auto last = database.Begin({kCount, locked, {}});
  ASSERT_EQ(other->Execute("COMMIT"), absl::OkStatus());
  EXPECT_EQ(*last.get(), 0);
}

// Two tenants whose schemas change names, again and again, while both write and read: each finds
// its own and nothing else, or is told that the schema isn't the one that was meant.
TEST(DatabaseFaultsTest, WhatIsMeantForATenantGetsToNoOtherThatHasItsName) {
  constexpr int kSwaps = 100;
  constexpr std::string_view kAdd =
      "INSERT INTO {schema}.chatter_user (id, display_name) VALUES ($1, $2) "
      "ON CONFLICT (id) DO NOTHING";  // since it's run again after a lost connection
  constexpr std::string_view kCountOthers =
      "SELECT count(*) FROM {schema}.chatter_user WHERE display_name <> $1";
  const TestDatabase postgres;
  const std::vector<TenantKey> tenants = {postgres.AddTenant("acme"), postgres.AddTenant("other")};
  // As it is called now. The marker goes along with the schema.
  const auto find_again = [&](const TenantKey& tenant) {
    const TenantKey acme = postgres.Find("acme");
    const bool is_acme = static_cast<uint32_t>(acme.stamp) == static_cast<uint32_t>(tenant.stamp);
    return is_acme ? acme : postgres.Find("other");
  };
  Watched database(postgres.url(), 4, absl::Seconds(10));
  std::vector<std::atomic<int>> stored(tenants.size());
  std::atomic<bool> stop = false;
  std::vector<std::thread> callers;
  for (size_t i = 0; i < tenants.size(); ++i) {
    callers.emplace_back([&, i] {
      const std::string own = tenants[i].text();
      TenantKey key = tenants[i];
      for (int n = 0; !stop; ++n) {
        const auto added = database.Run(
            {kAdd, key, Params().Text(absl::StrCat(own, "-", n)).Text(own)}, Lane::kWrite);
        const auto others = database.Run({kCountOthers, key, Params().Text(own)});
        if (added.ok()) {
          ++stored[i];
          stored[i].notify_all();
        }
        if (others.ok()) {
          EXPECT_EQ(*others, 0) << own;
        }
        if (added.ok() && others.ok()) continue;
        EXPECT_EQ(ReasonOf(added.ok() ? others.status() : added.status()),
                  v1::ERROR_REASON_TENANT_NOT_READY);
        key = find_again(key);
      }
    });
  }
  for (int swap = 0; swap < kSwaps; ++swap) {
    for (const auto& count : stored) {
      const int before = count;
      for (int now = before; now < before + 3; now = count) count.wait(now);
    }
    postgres.Execute(
        "ALTER SCHEMA acme RENAME TO meanwhile; ALTER SCHEMA other RENAME TO acme; "
        "ALTER SCHEMA meanwhile RENAME TO other");  // one transaction
  }
  stop = true;
  for (std::thread& caller : callers) caller.join();
  for (size_t i = 0; i < tenants.size(); ++i) {
    EXPECT_EQ(postgres.Execute(absl::StrCat("SELECT count(*) FROM ", find_again(tenants[i]).text(),
                                            ".chatter_user WHERE display_name = '",
                                            tenants[i].text(), "'")),
              absl::StrCat(stored[i].load()));
  }
}

// Which change the row that tells of the schema's name, too.
TEST(DatabaseFaultsTest, NobodyNoticesThatASchemasRightsOrOwnerChange) {
  const TestDatabase postgres;
  const TenantKey acme = postgres.AddTenant("acme");
  const TenantKey other = postgres.AddTenant("other");
  constexpr std::string_view kCount = "SELECT count(*) FROM {schema}.chatter_room";
  constexpr std::string_view kAdd =
      "INSERT INTO {schema}.chatter_user (id, display_name) VALUES ($1, '')";
  Watched database(postgres.url());
  std::vector<std::future<absl::StatusOr<int64_t>>> answers;
  const auto call_all = [&](std::string_view round) {
    for (int i = 0; i < 40; ++i) {
      answers.push_back(database.Begin({kCount, acme, {}}));
      // Isn't repeatable: it is run once, where it counts.
      answers.push_back(database.Begin(
          {kAdd, acme, std::move(Params().Text(absl::StrCat(std::string(round), i)))}, Lane::kWrite,
          false));
      answers.push_back(database.Begin({kCount, other, {}}, Lane::kWrite));
    }
  };
  for (const char* change :
       {"SELECT 1", "GRANT USAGE ON SCHEMA acme, other TO PUBLIC",
        "GRANT USAGE ON SCHEMA acme TO PUBLIC", "ALTER SCHEMA acme OWNER TO pg_database_owner"}) {
    call_all(absl::StrCat("a", change));
    postgres.Execute(change);
    call_all(absl::StrCat("b", change));
    for (auto& answer : answers) {
      const auto got = answer.get();
      EXPECT_TRUE(got.ok()) << got.status();
    }
    answers.clear();
  }
  EXPECT_EQ(postgres.Find("acme"), acme);
  EXPECT_EQ(postgres.Execute("SELECT count(*) FROM acme.chatter_user"), "320");
}

TEST(DatabaseFaultsTest, EachStatementSeesWhatIsCommittedWhateverTheDatabaseIsSetTo) {
  const TestDatabase postgres;
  postgres.Execute(absl::StrCat("ALTER DATABASE ", postgres.name(),
                                " SET default_transaction_isolation = 'serializable'"));
  Watched database(postgres.url());
  constexpr std::string_view kIsSo =
      "SELECT (current_setting('transaction_isolation') = 'read committed')::integer";
  for (const Lane lane : {Lane::kQuery, Lane::kWrite, Lane::kSearch}) {
    EXPECT_EQ(*database.Run({kIsSo, std::nullopt, {}}, lane), 1);
  }
}

TEST(DatabaseFaultsTest, AColumnOfAnotherTypeIsAnErrorOfThatCallAlone) {
  const TestDatabase postgres;
  const TenantKey acme = postgres.AddTenant("acme");
  constexpr std::string_view kRead =
      "/*read_n: n bigint*/ SELECT n FROM {schema}.t WHERE $1::bigint IS NOT NULL";
  postgres.Execute("CREATE TABLE acme.t AS SELECT 7::bigint AS n");
  Watched database(postgres.url());
  const auto read = [&] {
    return database.Run({kRead, acme, std::move(Params().Int(1))}, Lane::kWrite);
  };
  EXPECT_EQ(*read(), 7);
  postgres.Execute("ALTER TABLE acme.t ALTER n TYPE varchar(20)");
  const absl::Status refused = read().status();
  EXPECT_EQ(ReasonOf(refused), v1::ERROR_REASON_INTERNAL);
  EXPECT_NE(refused.ToString().find("read_n"), std::string::npos) << refused;
  EXPECT_EQ(*database.Run({kOne, std::nullopt, {}}, Lane::kWrite), 1);
  postgres.Execute("ALTER TABLE acme.t ALTER n TYPE bigint USING n::bigint");
  EXPECT_EQ(*read(), 7);
  EXPECT_EQ(database->stats().wrong_answers, 0U);
}

TEST(DatabaseFaultsTest, ASessionsErrorNamesTheStatement) {
  const TestDatabase postgres;
  auto session = BlockingSession::Open(postgres.url());
  ASSERT_TRUE(session.ok());
  EXPECT_FALSE(session->Query("/*divide: nothing*/ SELECT 1 / $1::integer", {"0"}).ok());
  EXPECT_TRUE(session->last_error().message.starts_with("divide: "));
  EXPECT_FALSE(session->Execute("/*halve*/ SELECT 1 / 0").ok());
  EXPECT_TRUE(session->last_error().message.starts_with("halve: "));
}

TEST(DatabaseFaultsTest, AnAnswerToAnotherQuestionIsDeliveredToNobody) {
  const TestDatabase postgres;
  Watched database(postgres.url());
  EXPECT_EQ(*database.Run({kOne, std::nullopt, {}}), 1);
  // As if somebody else's answer had come: its columns aren't the statement's.
  constexpr std::string_view kWrong = "/*find_room: id bigint*/ SELECT 1::bigint AS seq";
  const auto answer = database.Begin({kWrong, std::nullopt, {}}, Lane::kQuery, false).get();
  EXPECT_TRUE(absl::IsUnavailable(answer.status())) << answer.status();
  EXPECT_EQ(database->stats().wrong_answers, 1U);
  EXPECT_EQ(*database.Run({kOne, std::nullopt, {}}), 1);
}

TEST(DatabaseFaultsTest, ASessionThatWaitsForAnAnswerEndsWithTheProgram) {
  const TestDatabase postgres;
  ChaosProxy proxy(test::PortOf(postgres.url()));
  StopSignal stop;
  auto session = BlockingSession::Open(test::Through(proxy, postgres.url()), &stop);
  ASSERT_TRUE(session.ok());
  proxy.Freeze();
  auto asked = std::async(std::launch::async, [&] { return session->Query("SELECT 1").status(); });
  stop.Stop();
  EXPECT_TRUE(absl::IsUnavailable(asked.get()));
  EXPECT_FALSE(session->connected());
}

// The answer to a question of somebody else's, a row with a text: what a pooler may hand on with a
// connection.
std::string ForeignAnswer() {
  using namespace std::string_view_literals;
  return std::string(
      "T\0\0\0\x1a\0\1n\0\0\0\0\0\0\0\0\0\0\x19\xff\xff\xff\xff\xff\xff\0\0"
      "D\0\0\0\x10\0\1\0\0\0\6theirs"
      "C\0\0\0\rSELECT 1\0"
      "Z\0\0\0\5I"sv);
}

TEST(DatabaseFaultsTest, ASessionTakesNoAnswerThatIsAnothers) {
  const TestDatabase postgres;
  using Use = std::function<bool(BlockingSession&)>;
  bool worked = false;
  const std::pair<const char*, Use> uses[] = {
      {"a question", [](auto& session) { return session.Query("SELECT 'ours'").ok(); }},
      {"a question with parameters",
       [](auto& session) { return session.Query("SELECT $1::text", {"ours"}).ok(); }},
      {"a statement",
       [](auto& session) { return session.Execute("CREATE TABLE public.t ()").ok(); }},
      {"whether it lives", [](auto& session) { return session.IsAlive(); }},
      {"a transaction", [&](auto& session) {
         return session
             .InTransaction([&] {
               worked = true;
               return absl::OkStatus();
             })
             .ok();
       }}};
  for (const auto& [what, use] : uses) {
    ChaosProxy proxy(test::PortOf(postgres.url()));
    auto session = BlockingSession::Open(test::Through(proxy, postgres.url()));
    ASSERT_TRUE(session.ok());
    ASSERT_TRUE(session->IsAlive());
    proxy.PutInFront(ForeignAnswer() + ForeignAnswer());
    EXPECT_FALSE(use(*session)) << what;
    EXPECT_FALSE(session->connected()) << what;
  }
  EXPECT_FALSE(worked);
  EXPECT_EQ(postgres.Execute("SELECT to_regclass('public.t')"), "");
}

// The pooler takes the foreign answer for the end of the transaction that was to begin, and what
// comes next goes to another backend.
TEST(DatabaseFaultsTest, ASessionDoesNoWorkInATransactionThatHasNotBegun) {
  const TestDatabase postgres;
  ChaosProxy proxy(test::PortOf(postgres.url()));
  auto session = BlockingSession::Open(test::Through(proxy, postgres.url()));
  ASSERT_TRUE(session.ok());
  proxy.AnswerNext(ForeignAnswer());
  EXPECT_FALSE(
      session->InTransaction([&] { return session->Execute("CREATE TABLE public.t ()"); }).ok());
  EXPECT_FALSE(session->connected());
  EXPECT_EQ(postgres.Execute("SELECT to_regclass('public.t')"), "");
}

TEST(DatabaseFaultsTest, ASessionsStatementsAreBounded) {
  const TestDatabase postgres;
  auto session = BlockingSession::Open(postgres.url());
  ASSERT_TRUE(session.ok());
  session->SetBound(absl::Milliseconds(20));
  EXPECT_TRUE(absl::IsUnavailable(session->Query("SELECT pg_sleep(60)").status()));
  EXPECT_FALSE(session->connected());
}

TEST(DatabaseFaultsTest, AUrlThatIsNoneIsNotRepeated) {
  const absl::Status refused =
      BlockingSession::Open("postgresql://chatter:secret@[::1/chatter").status();
  EXPECT_TRUE(absl::IsUnavailable(refused));
  EXPECT_EQ(std::string(refused.message()).find("secret"), std::string::npos);
}

}  // namespace
}  // namespace chatter::postgres
