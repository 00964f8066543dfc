#include "server/store/migrator.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/model/errors.h"
#include "server/store/migration_run.h"
#include "server/store/tenant_maker.h"
#include "tests/support/test_database.h"

namespace chatter::store {
namespace {

constexpr std::string_view kOne = "CREATE TABLE {schema}.chatter_one (id integer)";
constexpr std::string_view kTwo = "CREATE TABLE {schema}.chatter_two (id integer)";
constexpr std::string_view kThree = "CREATE TABLE {schema}.chatter_three (id integer)";

SchemaName Name(std::string_view text) { return *SchemaName::Parse(text); }

Tenant New(std::string_view name, std::vector<std::string> domains = {}) {
  return {.schema_name = Name(name),
          .display_name = "",
          .domains = std::move(domains),
          .created_at = {}};
}

// What the control schema says of a tenant, as far as migrations go.
Tenant Stored(std::string_view name, int version) {
  Tenant tenant = New(name);
  tenant.schema_version = version;
  return tenant;
}

class MigratorTest : public testing::Test {
 protected:
  Migrator MigratorWith(std::vector<std::string_view>& migrations) const {
    return Migrator({.database_url = database_.url(), .tenant_migrations = migrations});
  }
  std::string Version(std::string_view name) const {
    return database_.Execute(absl::StrCat(
        "SELECT schema_version FROM chatter.tenant WHERE schema_name = '", std::string(name), "'"));
  }
  // How many of the migrations' tables a schema has.
  std::string Tables(std::string_view name) const {
    return database_.Execute(
        absl::StrCat("SELECT count(*) FROM pg_tables WHERE tablename ~ '^chatter_(one|two|three)$' "
                     "AND schemaname = '",
                     std::string(name), "'"));
  }

  test::TestDatabase database_;
  std::vector<std::string_view> one_ = {kOne};
  std::vector<std::string_view> two_ = {kOne, kTwo};
  std::vector<std::string_view> three_ = {kOne, kTwo, kThree};
  const SessionSource sessions_{database_.url(), "test"};
  const Migrator first_ = MigratorWith(one_);
  const Migrator second_ = MigratorWith(two_);
  const Migrator third_ = MigratorWith(three_);
};

TEST_F(MigratorTest, ServesItsOwnVersionAndTheNext) {
  EXPECT_EQ(second_.ReadinessOf(Stored("acme", 0)), Migrator::Readiness::kLagging);
  EXPECT_EQ(second_.ReadinessOf(Stored("acme", 1)), Migrator::Readiness::kLagging);
  EXPECT_EQ(second_.ReadinessOf(Stored("acme", 2)), Migrator::Readiness::kReady);
  EXPECT_EQ(second_.ReadinessOf(Stored("acme", 3)), Migrator::Readiness::kReady);
  EXPECT_EQ(second_.ReadinessOf(Stored("acme", 4)), Migrator::Readiness::kTooNew);
}

// They would number a room's events by what its row says.
TEST_F(MigratorTest, ServersThatDontKnowThatRoomsAreUnsettledRefuseTheTenant) {
  const Migrator before({.database_url = database_.url(),
                         .tenant_migrations = MigratorOptions::TenantMigrations().first(4)});
  EXPECT_EQ(before.ReadinessOf(Stored("acme", 6)), Migrator::Readiness::kTooNew);
}

TEST_F(MigratorTest, BringsALaggingTenantUpToDate) {
  ASSERT_TRUE(TenantMaker(first_, sessions_).Create(New("acme")).ok());
  EXPECT_EQ(Version("acme"), "1");
  ASSERT_TRUE(third_.MigrateTenant(Stored("acme", 1)).ok());
  EXPECT_EQ(Version("acme"), "3");
  EXPECT_EQ(Tables("acme"), "3");
  ASSERT_TRUE(third_.MigrateTenant(Stored("acme", 1)).ok()) << "doing it again does nothing";
}

TEST_F(MigratorTest, NeverTakesATenantBack) {
  ASSERT_TRUE(TenantMaker(third_, sessions_).Create(New("acme")).ok());
  ASSERT_TRUE(second_.MigrateTenant(Stored("acme", 3)).ok());
  EXPECT_EQ(Version("acme"), "3");
}

TEST_F(MigratorTest, LeavesNothingHalfDone) {
  ASSERT_TRUE(TenantMaker(first_, sessions_).Create(New("acme")).ok());
  // The third migration can't go.
  database_.Execute("CREATE TABLE acme.chatter_three (id text)");
  EXPECT_EQ(third_.MigrateTenant(Stored("acme", 1)).code(), absl::StatusCode::kInternal);
  EXPECT_EQ(Version("acme"), "1");
  EXPECT_EQ(Tables("acme"), "2") << "the second migration must have been undone";
  database_.Execute("DROP TABLE acme.chatter_three");
  ASSERT_TRUE(third_.MigrateTenant(Stored("acme", 1)).ok());
  EXPECT_EQ(Version("acme"), "3");
}

TEST_F(MigratorTest, AttachesATenantThatTheApplicationKnows) {
  const Migrator own({.database_url = database_.url()});
  database_.Execute("CREATE SCHEMA shop");
  ASSERT_TRUE(own.MigrateTenant(Stored("shop", 0)).ok());
  EXPECT_EQ(Version("shop"), absl::StrCat(own.tenant_version()));
  EXPECT_EQ(database_.Execute("SELECT attached FROM chatter.tenant"), "t");
}

TEST_F(MigratorTest, MakesNoSchemaOfATenantThatIsGone) {
  EXPECT_FALSE(first_.MigrateTenant(Stored("gone", 0)).ok());
  EXPECT_FALSE(first_.MigrateTenant(Stored("gone", 1)).ok());
  EXPECT_EQ(Version("gone"), "");
}

TEST_F(MigratorTest, MakesTheUsersViewWhereItReadsSomethingElse) {
  const Migrator own({.database_url = database_.url()});
  ASSERT_TRUE(TenantMaker(own, sessions_).Create(New("acme")).ok());
  const Migrator other({.database_url = database_.url(),
                        .user_source = UserSource{.table = *TableName::Parse("person"),
                                                  .id = *SqlIdentifier::Parse("id"),
                                                  .display_name = *SqlIdentifier::Parse("name"),
                                                  .active = std::nullopt}});
  database_.Execute("CREATE TABLE acme.person (id integer, name text)");
  database_.Execute("INSERT INTO acme.person VALUES (1, 'Alice')");
  Tenant acme = Stored("acme", own.tenant_version());
  EXPECT_EQ(other.ReadinessOf(acme), Migrator::Readiness::kLagging);
  ASSERT_TRUE(other.MigrateTenant(acme).ok());
  EXPECT_EQ(database_.Execute("SELECT count(*) FROM acme.chatter_user_view"), "1");
  acme.user_source = database_.Execute("SELECT user_source FROM chatter.tenant");
  EXPECT_EQ(acme.user_source, other.user_source());
  EXPECT_EQ(other.ReadinessOf(acme), Migrator::Readiness::kReady);
  // And back.
  ASSERT_EQ(own.ReadinessOf(acme), Migrator::Readiness::kLagging);
  ASSERT_TRUE(own.MigrateTenant(acme).ok());
  EXPECT_EQ(database_.Execute("SELECT count(*) FROM acme.chatter_user_view"), "0");
  // The next release's view is let be.
  acme.schema_version = own.tenant_version() + 1;
  EXPECT_EQ(own.ReadinessOf(acme), Migrator::Readiness::kReady);
}

TEST_F(MigratorTest, MigratesAllThatLagAndNamesThoseThatFail) {
  const TenantMaker maker(first_, sessions_);
  for (int i = 0; i < 9; ++i) ASSERT_TRUE(maker.Create(New(absl::StrCat("t", i))).ok());
  ASSERT_TRUE(TenantMaker(second_, sessions_).Create(New("ahead")).ok());
  database_.Execute("CREATE TABLE t4.chatter_two (id text)");
  auto run = MigrationRun::Start(second_, /*jobs=*/3);
  ASSERT_TRUE(run.ok());
  EXPECT_EQ((*run)->total(), 9u);
  const MigrationRun::Report report = (*run)->Finish();
  EXPECT_EQ(report.migrated, 8u);
  EXPECT_EQ(report.not_tried, 0u);
  ASSERT_EQ(report.failures.size(), 1u);
  EXPECT_EQ(report.failures[0].tenant.text(), "t4");
  EXPECT_EQ(report.failures[0].sqlstate, "42P07");
  EXPECT_EQ(database_.Execute("SELECT count(*) FROM chatter.tenant WHERE schema_version = 2"), "9");
  auto again = MigrationRun::Start(second_, /*jobs=*/3);
  EXPECT_EQ((*again)->total(), 1u) << "only the one that failed is left";
}

TEST_F(MigratorTest, ParallelRunsDoNotMeet) {
  const TenantMaker maker(first_, sessions_);
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(maker.Create(New(absl::StrCat("t", i))).ok());
  auto one = MigrationRun::Start(third_, /*jobs=*/3);
  auto other = MigrationRun::Start(third_, /*jobs=*/3);
  EXPECT_TRUE((*one)->Finish().failures.empty());
  EXPECT_TRUE((*other)->Finish().failures.empty());
  EXPECT_EQ(database_.Execute("SELECT count(*) FROM chatter.tenant WHERE schema_version = 3"),
            "20");
}

TEST_F(MigratorTest, GoesOnWithANewConnectionWhenOneIsCut) {
  ASSERT_TRUE(TenantMaker(first_, sessions_).Create(New("acme")).ok());
  database_.CutConnections();
  EXPECT_TRUE(second_.MigrateTenant(Stored("acme", 1)).ok());
  database_.CutConnections();
  EXPECT_TRUE(second_.FindLagging().ok());
}

// Else whoever holds it keeps the migrations of all others waiting, and this tenant's callers.
TEST_F(MigratorTest, DoesNotWaitForALockForEver) {
  ASSERT_TRUE(TenantMaker(first_, sessions_).Create(New("acme")).ok());
  auto locker = first_.OpenSession();
  ASSERT_TRUE(locker.ok());
  ASSERT_TRUE(locker->Execute("BEGIN; LOCK TABLE acme.chatter_one IN ACCESS SHARE MODE").ok());
  std::vector<std::string_view> changed = {
      kOne, "ALTER TABLE {schema}.chatter_one ADD COLUMN more integer"};
  EXPECT_FALSE(MigratorWith(changed).MigrateTenant(Stored("acme", 1)).ok());
  EXPECT_EQ(Version("acme"), "1");
  ASSERT_TRUE(locker->Execute("ROLLBACK").ok());
  EXPECT_TRUE(MigratorWith(changed).MigrateTenant(Stored("acme", 1)).ok());
}

TEST_F(MigratorTest, SaysThatTheDatabaseIsAway) {
  const Migrator migrator({.database_url = "postgresql://127.0.0.1:1/nowhere"});
  EXPECT_EQ(ReasonOf(migrator.MigrateControl().status()), v1::ERROR_REASON_DATABASE_UNAVAILABLE);
  EXPECT_EQ(ReasonOf(MigrationRun::Start(migrator, 2).status()),
            v1::ERROR_REASON_DATABASE_UNAVAILABLE);
}

}  // namespace
}  // namespace chatter::store
