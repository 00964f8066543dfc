#include "server/store/log_indexes.h"

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "server/store/migrator.h"
#include "server/store/tenant_maker.h"
#include "tests/support/test_database.h"

namespace chatter::store {
namespace {

class LogIndexesTest : public testing::Test {
 protected:
  // Two tenants of the version before: one with more events than a migration reads.
  LogIndexesTest() {
    for (const char* const name : {"large", "small"}) {
      EXPECT_TRUE(TenantMaker(before_, sessions_).Create(Tenant(name)).ok());
    }
    database_.Execute(
        "INSERT INTO large.chatter_event (room_id, seq, created_at, kind, actor_id, text) "
        "SELECT '00000000-0000-4000-8000-000000000000', i, now(), 2, 'alice', 'hello' "
        "FROM generate_series(1, 10001) i");
    for (const char* const name : {"large", "small"}) {
      chatter::Tenant lagging = Tenant(name);
      lagging.schema_version = before_.tenant_version();
      EXPECT_TRUE(migrator_.MigrateTenant(lagging).ok());
    }
  }

  static chatter::Tenant Tenant(std::string_view name) {
    return {.schema_name = *SchemaName::Parse(name),
            .display_name = "",
            .domains = {},
            .created_at = {}};
  }
  // Those that can be used, as they are made.
  std::string IndexesOf(const std::string& tenant) const {
    return database_.Execute(absl::StrCat(
        "SELECT string_agg(replace(pg_get_indexdef(indexrelid), '", tenant,
        "', ''), '\n' ORDER BY "
        "indexrelid::regclass::text) FROM pg_index WHERE indisvalid AND indexrelid::regclass::text "
        "IN ('",
        tenant, ".chatter_event_message', '", tenant, ".chatter_mention_user')"));
  }

  const test::TestDatabase database_;
  const SessionSource sessions_{database_.url(), "test"};
  const Migrator before_{{.database_url = database_.url(),
                          .tenant_migrations = MigratorOptions::TenantMigrations().first(6)}};
  const Migrator migrator_{{.database_url = database_.url()}};
  const LogIndexes indexes_{sessions_, migrator_.tenant_version()};
};

TEST_F(LogIndexesTest, MakesWhatAMigrationLeavesOut) {
  EXPECT_NE(IndexesOf("large"), IndexesOf("small"));
  EXPECT_EQ(*indexes_.Run(), 1) << "there were few mentions";
  EXPECT_EQ(IndexesOf("large"), IndexesOf("small"));
  EXPECT_EQ(*indexes_.Run(), 0);
}

TEST_F(LogIndexesTest, MakesAnewWhatWasEndedMeanwhile) {
  const std::string whole = IndexesOf("small");
  database_.Execute(
      "UPDATE pg_index SET indisvalid = false WHERE indexrelid IN "
      "('small.chatter_event_message'::regclass, 'small.chatter_mention_user'::regclass)");
  ASSERT_EQ(IndexesOf("small"), "");
  EXPECT_EQ(*indexes_.Run(), 3);
  EXPECT_EQ(IndexesOf("small"), whole);
}

TEST_F(LogIndexesTest, OneServerAtATimeIsAtIt) {
  auto other = sessions_.Open();
  ASSERT_TRUE(other.ok());
  ASSERT_TRUE(other
                  ->Execute("BEGIN; SELECT pg_advisory_xact_lock(hashtextextended('chatter log "
                            "indexes', 0))")
                  .ok());
  EXPECT_EQ(*indexes_.Run(), 0);
  ASSERT_TRUE(other->Execute("COMMIT").ok());
  EXPECT_EQ(*indexes_.Run(), 1);
}

TEST_F(LogIndexesTest, WhatFailsKeepsNoOtherTenantWaiting) {
  database_.Execute("ALTER TABLE large.chatter_event RENAME COLUMN actor_id TO other");
  database_.Execute("DROP INDEX small.chatter_event_message");
  EXPECT_EQ(*indexes_.Run(), 1);
  EXPECT_NE(IndexesOf("small"), "");
}

}  // namespace
}  // namespace chatter::store
