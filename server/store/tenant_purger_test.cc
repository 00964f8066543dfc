#include "server/store/tenant_purger.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>

#include "absl/strings/str_cat.h"
#include "server/store/tenant_maker.h"
#include "tests/support/test_database.h"

namespace chatter::store {
namespace {

class TenantPurgerTest : public testing::Test {
 protected:
  static Tenant New(const std::string& name) {
    return {.schema_name = *SchemaName::Parse(name),
            .display_name = "",
            .domains = {name + ".example"},
            .created_at = {}};
  }
  void Create(const std::string& name) { ASSERT_TRUE(maker_.Create(New(name)).ok()); }
  void Delete(const std::string& name, const std::string& grace) const {
    database_.Execute("UPDATE chatter.tenant SET state = 3, purge_at = now() + interval '" + grace +
                      "' WHERE schema_name = '" + name + "'");
  }
  std::string Count(const std::string& what) const {
    return database_.Execute("SELECT count(*) FROM " + what);
  }
  bool SchemaExists(const std::string& name) const {
    return Count("pg_namespace WHERE nspname = '" + name + "'") == "1";
  }

  test::TestDatabase database_;
  const Migrator migrator_{{.database_url = database_.url()}};
  const SessionSource sessions_{database_.url(), "test"};
  const TenantMaker maker_{migrator_, sessions_};
  TenantPurger purger_{sessions_};
};

TEST_F(TenantPurgerTest, DropsWhatIsDueAndNothingElse) {
  for (const char* name : {"active", "due", "later", "suspended"}) Create(name);
  Delete("due", "0");
  Delete("later", "1 hour");
  database_.Execute("UPDATE chatter.tenant SET state = 2 WHERE schema_name = 'suspended'");
  EXPECT_EQ(*purger_.Run(), 1);
  EXPECT_FALSE(SchemaExists("due"));
  EXPECT_EQ(Count("chatter.tenant"), "3");
  EXPECT_EQ(Count("chatter.tenant_domain"), "3");
  for (const char* name : {"active", "later", "suspended"}) EXPECT_TRUE(SchemaExists(name));
  EXPECT_EQ(*purger_.Run(), 0);
}

TEST_F(TenantPurgerTest, LeavesTheApplicationsTablesInAnAttachedSchema) {
  database_.Execute("CREATE SCHEMA shop");
  database_.Execute("CREATE TABLE shop.invoice (id integer)");
  ASSERT_TRUE(maker_.Attach(New("shop")).ok());
  Delete("shop", "0");
  EXPECT_EQ(*purger_.Run(), 1);
  EXPECT_EQ(Count("shop.invoice"), "0");
  EXPECT_EQ(Count("pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
                  "WHERE n.nspname = 'shop'"),
            "1")
      << "all that the migrations make must go";
  EXPECT_TRUE(maker_.Attach(New("shop")).ok()) << "so that it can be attached again";
}

TEST_F(TenantPurgerTest, OneThatCannotBePurgedDoesNotHoldUpTheOthers) {
  database_.Execute("CREATE SCHEMA a");
  ASSERT_TRUE(maker_.Attach(New("a")).ok());
  // What the application built on Chatter's tables isn't Chatter's to remove.
  database_.Execute("CREATE VIEW a.theirs AS SELECT id FROM a.chatter_room");
  Create("b");
  Delete("a", "0");
  Delete("b", "0");
  EXPECT_EQ(*purger_.Run(), 1);
  EXPECT_FALSE(SchemaExists("b"));
  EXPECT_EQ(Count("chatter.tenant WHERE schema_name = 'a'"), "1");
  database_.Execute("DROP VIEW a.theirs");
  EXPECT_EQ(*purger_.Run(), 1);
}

TEST_F(TenantPurgerTest, DoesALimitedAmountAtOnceAndAllInTheEnd) {
  for (int i = 0; i < TenantPurger::kMaxTenants + 2; ++i) {
    Create(absl::StrCat("t", i));
    Delete(absl::StrCat("t", i), "0");
  }
  EXPECT_EQ(*purger_.Run(), TenantPurger::kMaxTenants);
  EXPECT_EQ(*purger_.Run(), 2);
  EXPECT_EQ(Count("chatter.tenant"), "0");
}

TEST_F(TenantPurgerTest, SeveralServersMayPurgeTogether) {
  for (int i = 0; i < TenantPurger::kMaxTenants; ++i) {
    Create(absl::StrCat("t", i));
    Delete(absl::StrCat("t", i), "0");
  }
  TenantPurger other(sessions_);
  int theirs = 0;
  std::thread thread([&] { theirs = *other.Run(); });
  const int ours = *purger_.Run();
  thread.join();
  EXPECT_EQ(ours + theirs, TenantPurger::kMaxTenants) << "each is counted once";
  EXPECT_EQ(Count("chatter.tenant"), "0");
}

TEST_F(TenantPurgerTest, APurgedNameCanBeUsedAgain) {
  Create("acme");
  Delete("acme", "0");
  EXPECT_EQ(*purger_.Run(), 1);
  Create("acme");
  EXPECT_EQ(Count("acme.chatter_user"), "0");
}

}  // namespace
}  // namespace chatter::store
