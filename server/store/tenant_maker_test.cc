#include "server/store/tenant_maker.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "server/model/errors.h"
#include "tests/support/test_database.h"

namespace chatter::store {
namespace {

Tenant New(std::string_view name, std::vector<std::string> domains = {}) {
  return {.schema_name = *SchemaName::Parse(name),
          .display_name = "Name",
          .domains = std::move(domains),
          .created_at = {}};
}

class TenantMakerTest : public testing::Test {
 protected:
  std::string Count(const std::string& what) const {
    return database_.Execute("SELECT count(*) FROM " + what);
  }

  test::TestDatabase database_;
  const Migrator migrator_{{.database_url = database_.url()}};
  const SessionSource sessions_{database_.url(), "test"};
  const TenantMaker maker_{migrator_, sessions_};
};

TEST_F(TenantMakerTest, MakesSchemaTablesAndDomains) {
  const auto made = maker_.Create(New("acme", {"acme.example", "chat.acme.example"}));
  ASSERT_TRUE(made.ok()) << made.status();
  EXPECT_FALSE(made->attached);
  EXPECT_EQ(made->schema_version, migrator_.tenant_version());
  EXPECT_GT(made->created_at, absl::UnixEpoch());
  EXPECT_EQ(Count("acme.chatter_user_view"), "0");
  EXPECT_EQ(Count("chatter.tenant_domain WHERE schema_name = 'acme'"), "2");
}

TEST_F(TenantMakerTest, RefusesANameOrDomainThatIsTaken) {
  ASSERT_TRUE(maker_.Create(New("acme", {"acme.example"})).ok());
  EXPECT_EQ(ReasonOf(maker_.Create(New("acme")).status()), v1::ERROR_REASON_TENANT_EXISTS);
  EXPECT_EQ(ReasonOf(maker_.Attach(New("acme")).status()), v1::ERROR_REASON_TENANT_EXISTS);
  EXPECT_EQ(ReasonOf(maker_.Create(New("other", {"free.example", "acme.example"})).status()),
            v1::ERROR_REASON_TENANT_EXISTS);
  EXPECT_EQ(Count("chatter.tenant"), "1") << "nothing of the other may be left";
  EXPECT_EQ(Count("pg_namespace WHERE nspname = 'other'"), "0");
}

TEST_F(TenantMakerTest, CreatesInANewSchemaOnly) {
  database_.Execute("CREATE SCHEMA shop");
  EXPECT_EQ(ReasonOf(maker_.Create(New("shop")).status()), v1::ERROR_REASON_SCHEMA_EXISTS);
  EXPECT_EQ(Count("chatter.tenant"), "0");
}

TEST_F(TenantMakerTest, AttachesToASchemaThatIsThereOnly) {
  EXPECT_EQ(ReasonOf(maker_.Attach(New("shop")).status()), v1::ERROR_REASON_SCHEMA_NOT_FOUND);
  EXPECT_EQ(Count("chatter.tenant"), "0");
  database_.Execute("CREATE SCHEMA shop");
  const auto attached = maker_.Attach(New("shop", {"shop.example"}));
  ASSERT_TRUE(attached.ok()) << attached.status();
  EXPECT_TRUE(attached->attached);
  EXPECT_EQ(Count("shop.chatter_user"), "0");
}

TEST_F(TenantMakerTest, TellsOfATenantThatIsNotPurgedYet) {
  ASSERT_TRUE(maker_.Create(New("shop")).ok());
  EXPECT_THAT(std::string(maker_.Create(New("shop")).status().message()),
              ::testing::HasSubstr("belongs to a tenant already"));
  database_.Execute("UPDATE chatter.tenant SET state = 3, purge_at = now()");
  const absl::Status deleted = maker_.Create(New("shop")).status();
  EXPECT_EQ(ReasonOf(deleted), v1::ERROR_REASON_TENANT_EXISTS);
  EXPECT_THAT(std::string(deleted.message()), ::testing::HasSubstr("deleted, but not purged yet"));
}

TEST_F(TenantMakerTest, DoesNotTouchTablesWithItsNames) {
  database_.Execute("CREATE SCHEMA shop");
  database_.Execute("CREATE TABLE shop.chatter_room (theirs integer)");
  EXPECT_EQ(ReasonOf(maker_.Attach(New("shop")).status()), v1::ERROR_REASON_SCHEMA_EXISTS);
  EXPECT_EQ(Count("pg_tables WHERE schemaname = 'shop'"), "1");
  EXPECT_EQ(Count("chatter.tenant"), "0");
}

TEST_F(TenantMakerTest, EnsuresByAttachingOrLeavingAlone) {
  const SchemaName shop = *SchemaName::Parse("shop");
  database_.Execute("CREATE SCHEMA shop");
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(maker_.Ensure(shop).ok());
    EXPECT_EQ(Count("chatter.tenant WHERE schema_name = 'shop' AND attached"), "1");
  }
}

TEST_F(TenantMakerTest, EnsuresNothingInASchemaThatIsNotThere) {
  const absl::Status missing = maker_.Ensure(*SchemaName::Parse("shp"));
  EXPECT_TRUE(absl::IsFailedPrecondition(missing));
  EXPECT_THAT(std::string(missing.message()), ::testing::HasSubstr("no schema \"shp\""));
  EXPECT_EQ(Count("chatter.tenant"), "0");
  EXPECT_EQ(Count("pg_namespace WHERE nspname = 'shp'"), "0");
}

}  // namespace
}  // namespace chatter::store
