#include "server/store/lazy_migrator.h"

#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "server/model/errors.h"
#include "server/store/tenant_maker.h"
#include "tests/support/fake_clock.h"
#include "tests/support/test_database.h"

namespace chatter::store {
namespace {

constexpr std::string_view kOne = "CREATE TABLE {schema}.chatter_one (id integer)";
constexpr std::string_view kTwo = "CREATE TABLE {schema}.chatter_two (id integer)";

class LazyMigratorTest : public testing::Test {
 protected:
  LazyMigratorTest() { EXPECT_TRUE(TenantMaker(old_, sessions_).Create(Acme(0)).ok()); }

  static Tenant Acme(int version) {
    return {.schema_name = *SchemaName::Parse("acme"),
            .display_name = "",
            .domains = {},
            .created_at = {},
            .schema_version = version};
  }
  static std::future<absl::Status> Prepare(LazyMigrator& lazy, const Tenant& tenant) {
    auto promise = std::make_shared<std::promise<absl::Status>>();
    lazy.Prepare(tenant, [promise](absl::Status status) { promise->set_value(std::move(status)); });
    return promise->get_future();
  }
  static void ExpectNotReady(const absl::Status& status) {
    EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
    EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_TENANT_NOT_READY);
  }

  test::TestDatabase database_;
  test::FakeClock clock_;
  std::vector<std::string_view> old_migrations_ = {kOne};
  std::vector<std::string_view> migrations_ = {kOne, kTwo};
  const Migrator old_{{.database_url = database_.url(), .tenant_migrations = old_migrations_}};
  const SessionSource sessions_{database_.url(), "test"};
  const Migrator migrator_{{.database_url = database_.url(), .tenant_migrations = migrations_}};
};

TEST_F(LazyMigratorTest, LetsReadyTenantsThroughAtOnce) {
  LazyMigrator lazy({}, migrator_, clock_);
  for (const int version : {2, 3}) {
    bool called = false;
    lazy.Prepare(Acme(version), [&](const absl::Status& status) { called = status.ok(); });
    EXPECT_TRUE(called) << version;
  }
  EXPECT_EQ(lazy.attempts(), 0u);
}

TEST_F(LazyMigratorTest, RefusesWhatANewerProgramHasPrepared) {
  LazyMigrator lazy({}, migrator_, clock_);
  ExpectNotReady(Prepare(lazy, Acme(4)).get());
  EXPECT_EQ(lazy.attempts(), 0u);
}

TEST_F(LazyMigratorTest, MigratesOnceForAllWhoWait) {
  LazyMigrator lazy({}, migrator_, clock_);
  std::vector<std::future<absl::Status>> all;
  for (int i = 0; i < 50; ++i) all.push_back(Prepare(lazy, Acme(1)));
  for (auto& one : all) EXPECT_TRUE(one.get().ok());
  // Somebody whose cache is older.
  EXPECT_TRUE(Prepare(lazy, Acme(1)).get().ok());
  EXPECT_EQ(lazy.attempts(), 1u);
  EXPECT_EQ(database_.Execute("SELECT schema_version FROM chatter.tenant"), "2");
}

TEST_F(LazyMigratorTest, TriesATenantThatFailsNowAndThenOnly) {
  database_.Execute("CREATE TABLE acme.chatter_two (id text)");
  LazyMigrator lazy({.retry_after = absl::Seconds(5)}, migrator_, clock_);
  for (int i = 0; i < 10; ++i) ExpectNotReady(Prepare(lazy, Acme(1)).get());
  EXPECT_EQ(lazy.attempts(), 1u);
  database_.Execute("DROP TABLE acme.chatter_two");
  clock_.Advance(absl::Seconds(4.9));
  ExpectNotReady(Prepare(lazy, Acme(1)).get());
  clock_.Advance(absl::Seconds(0.2));
  EXPECT_TRUE(Prepare(lazy, Acme(1)).get().ok());
  EXPECT_EQ(lazy.attempts(), 2u);
}

TEST_F(LazyMigratorTest, LooksAgainAtASchemaThatIsNotKnownAgain) {
  LazyMigrator lazy({}, migrator_, clock_);
  EXPECT_TRUE(Prepare(lazy, Acme(1)).get().ok());
  EXPECT_TRUE(Prepare(lazy, Acme(1)).get().ok());
  EXPECT_EQ(lazy.attempts(), 1u);
  Tenant unknown = Acme(2);
  unknown.schema_is_known = false;
  for (int i = 0; i < 2; ++i) EXPECT_TRUE(Prepare(lazy, unknown).get().ok());
  EXPECT_EQ(lazy.attempts(), 3u);
}

// Holds the tenant's row until it is destroyed, so that no migration gets on.
class Blocker {
 public:
  explicit Blocker(const std::string& url) : session_(*postgres::BlockingSession::Open(url)) {
    EXPECT_TRUE(session_.Execute("BEGIN; SELECT FROM chatter.tenant FOR UPDATE").ok());
  }

 private:
  postgres::BlockingSession session_;
};

TEST_F(LazyMigratorTest, LetsNobodyWaitForLong) {
  std::optional<Blocker> blocker(database_.url());
  LazyMigrator lazy({.max_wait = absl::Milliseconds(50)}, migrator_, clock_);
  auto first = Prepare(lazy, Acme(1));
  auto second = Prepare(lazy, Acme(1));
  ExpectNotReady(first.get());
  ExpectNotReady(second.get());
  EXPECT_EQ(lazy.attempts(), 1u);
  blocker.reset();
}

TEST_F(LazyMigratorTest, BoundsThoseWhoWait) {
  std::optional<Blocker> blocker(database_.url());
  LazyMigrator lazy({.max_waiting = 2}, migrator_, clock_);
  auto first = Prepare(lazy, Acme(1));
  auto second = Prepare(lazy, Acme(1));
  EXPECT_EQ(ReasonOf(Prepare(lazy, Acme(1)).get()), v1::ERROR_REASON_OVERLOADED);
  blocker.reset();
  EXPECT_TRUE(first.get().ok());
  EXPECT_TRUE(second.get().ok());
}

TEST_F(LazyMigratorTest, AnswersAllWhenDestroyed) {
  std::vector<std::future<absl::Status>> all;
  {
    std::optional<Blocker> blocker(database_.url());
    LazyMigrator lazy({.threads = 1}, migrator_, clock_);
    all.push_back(Prepare(lazy, Acme(1)));
    Tenant other = Acme(1);
    other.schema_name = *SchemaName::Parse("other");
    all.push_back(Prepare(lazy, other));
    blocker.reset();
  }
  for (auto& one : all) {
    const absl::Status status = one.get();
    EXPECT_TRUE(status.ok() || ReasonOf(status) == v1::ERROR_REASON_DRAINING) << status;
  }
}

}  // namespace
}  // namespace chatter::store
