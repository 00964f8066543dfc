#include "server/store/tenant_adoption.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/model/errors.h"
#include "server/postgres/databases.h"
#include "server/store/migration_run.h"
#include "server/store/migrator.h"
#include "server/store/room_purger.h"
#include "server/store/tenant_maker.h"
#include "server/store/tenant_purger.h"
#include "server/store/tenant_restoring.h"
#include "server/store/tenant_store.h"
#include "tests/support/await.h"
#include "tests/support/test_database.h"

namespace chatter::store {
namespace {

using test::Await;
using test::Soon;

// As the function of django-tenants clones a schema: all tables with their data, and views and
// functions by their text, whose references still lead to the schema that they are from.
constexpr char kMakeClone[] = R"sql(
  CREATE FUNCTION public.clone(source text, target text) RETURNS void LANGUAGE plpgsql AS $$
  DECLARE item record;
  BEGIN
    EXECUTE format('CREATE SCHEMA %I', target);
    FOR item IN SELECT tablename AS name FROM pg_catalog.pg_tables WHERE schemaname = source LOOP
      EXECUTE format('CREATE TABLE %I.%I (LIKE %I.%I INCLUDING ALL)', target, item.name, source, item.name);
      EXECUTE format('INSERT INTO %I.%I SELECT * FROM %I.%I', target, item.name, source, item.name);
    END LOOP;
    FOR item IN SELECT p.oid, p.proname AS name FROM pg_catalog.pg_proc p
                  JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname = source LOOP
      EXECUTE replace(pg_get_functiondef(item.oid), 'FUNCTION ' || source || '.', 'FUNCTION ' || target || '.');
    END LOOP;
    FOR item IN SELECT viewname AS name, definition FROM pg_catalog.pg_views WHERE schemaname = source LOOP
      EXECUTE format('CREATE VIEW %I.%I AS ', target, item.name) || item.definition;
    END LOOP;
  END $$)sql";

constexpr char kRoom[] = "0190a000-0000-7000-8000-000000000001";

SchemaName Name(std::string_view text) { return *SchemaName::Parse(text); }

Tenant New(std::string_view name, std::vector<std::string> domains = {}) {
  return {.schema_name = Name(name),
          .display_name = "",
          .domains = std::move(domains),
          .created_at = {}};
}

class TenantAdoptionTest : public testing::Test {
 protected:
  TenantAdoptionTest() { Execute(kMakeClone); }

  std::string Execute(const std::string& sql) const { return database_.Execute(sql); }
  std::string Count(const std::string& what) const {
    return Execute("SELECT count(*) FROM " + what);
  }
  // What the control schema says of a tenant.
  std::string Of(const std::string& tenant, const std::string& column) const {
    return Execute(
        absl::StrCat("SELECT ", column, " FROM chatter.tenant WHERE schema_name = '", tenant, "'"));
  }

  // A suspended tenant with one user, who is signed in, a room, an issuer, two service accounts
  // (one is for another tenant, too) with a key each, and a room that is yet to be purged.
  void Make(const std::string& name) {
    ASSERT_TRUE(maker_.Create(New(name, {name + ".example"})).ok());
    Execute(absl::StrCat(
        "INSERT INTO ", name, ".chatter_user VALUES ('user of ", name, "', 'Alice', now(), true);",
        "INSERT INTO ", name, ".chatter_session (token_digest, user_id, created_at, expires_at) ",
        "VALUES ('digest', 'user of ", name, "', now(), now() + interval '1 hour');",
        "INSERT INTO ", name,
        ".chatter_room (id, kind, head_seq, member_count, created_at, last_event_at) VALUES ('",
        kRoom, "', 2, 1, 0, now(), now());"));
    Execute(absl::StrCat(
        "INSERT INTO chatter.token_issuer VALUES ('", name, "', 'issuer', 'us', '', '', true);",
        "INSERT INTO chatter.service_account (name, tenants, services, read_only, "
        "may_act_for_users) VALUES ('one_",
        name, "', '{", name, "}', '{*}', false, true), ('two_", name, "', '{", name,
        ",elsewhere}', '{*}', false, true);",
        "INSERT INTO chatter.api_key (token_digest, account) VALUES ('1", name, "', 'one_", name,
        "'), ('2", name, "', 'two_", name, "');", "INSERT INTO chatter.room_to_purge VALUES ('",
        name, "', '0190a000-0000-7000-8000-000000000002');",
        "UPDATE chatter.tenant SET state = 2, state_reason = 'unpaid' WHERE schema_name = '", name,
        "'"));
  }
  void ExpectStillThere(const std::string& name) const {
    EXPECT_EQ(Of(name, "state || state_reason"), "2unpaid") << name;
    EXPECT_EQ(Count("chatter.token_issuer WHERE schema_name = '" + name + "'"), "1") << name;
    EXPECT_EQ(Count("chatter.service_account a JOIN chatter.api_key k ON k.account = a.name "
                    "WHERE '" +
                    name + "' = ANY (tenants)"),
              "2")
        << name;
  }
  // Nothing that was made for one of the name speaks for the one that it is now.
  void ExpectBegunAnew(const std::string& name) const {
    EXPECT_EQ(Of(name, "state || state_reason"), "1") << name;
    EXPECT_EQ(Count("chatter.token_issuer WHERE schema_name = '" + name + "'"), "0") << name;
    EXPECT_EQ(Count("chatter.service_account WHERE '" + name + "' = ANY (tenants)"), "0") << name;
    EXPECT_EQ(Count(name + ".chatter_session"), "0") << name;
  }

  Tenant Found(const std::string& name) {
    const auto found = Await<std::optional<Tenant>>(
        [&](auto done) { store_.Find(Name(name), Soon(), std::move(done)); });
    EXPECT_TRUE(found.ok() && found->has_value()) << name;
    return found.ok() && found->has_value() ? **found : New(name);
  }
  bool IsKnown(const std::string& name) {
    const auto checked = Await<std::vector<TenantStore::Checked>>(
        [&](auto done) { store_.Check({Name(name)}, Soon(), std::move(done)); });
    EXPECT_EQ(Found(name).schema_is_known, checked->at(0).schema_is_known);
    return checked->at(0).schema_is_known;
  }
  // As a server does when it finds that it doesn't know the schema.
  void BringUp(const std::string& name) {
    ASSERT_FALSE(IsKnown(name)) << name;
    ASSERT_EQ(migrator_.ReadinessOf(Found(name)), Migrator::Readiness::kLagging);
    ASSERT_TRUE(migrator_.MigrateTenant(Found(name)).ok()) << name;
    EXPECT_TRUE(IsKnown(name)) << name;
    EXPECT_EQ(migrator_.ReadinessOf(Found(name)), Migrator::Readiness::kReady);
  }
  // As it does with one that the application's tables have and the control schema hasn't.
  void BringUpFromApplication(const std::string& name) {
    ASSERT_TRUE(migrator_.MigrateTenant(New(name)).ok()) << name;
    EXPECT_TRUE(IsKnown(name)) << name;
  }
  void Clone(const std::string& from, const std::string& to) const {
    Execute("SELECT public.clone('" + from + "', '" + to + "')");
  }
  void Drop(const std::string& name) const {
    Execute("SET client_min_messages = warning; DROP SCHEMA " + name + " CASCADE");
  }
  std::string Dump(const std::string& name) {
    std::string file = absl::StrCat(testing::TempDir(), database_.name(), ".", ++dumps_, ".sql");
    Shell("pg_dump -n " + name + " -f '" + file + "' '" + database_.url() + "'");
    return file;
  }
  void Restore(const std::string& file) const {
    Shell("psql -Xqb -1 -v ON_ERROR_STOP=1 -f '" + file + "' -o /dev/null '" + database_.url() +
          "'");
    std::remove(file.c_str());
  }
  static void Shell(const std::string& command) { ASSERT_EQ(std::system(command.c_str()), 0); }
  std::string UsersOf(const std::string& name) const {
    return Execute("SELECT string_agg(id, ' ' ORDER BY id) FROM " + name + ".chatter_user_view");
  }

  test::TestDatabase database_;
  const Migrator migrator_{{.database_url = database_.url()}};
  const SessionSource sessions_{database_.url(), "test"};
  const TenantMaker maker_{migrator_, sessions_};
  std::unique_ptr<postgres::Database> connected_ =
      *postgres::Database::Create({.url = database_.url()}, [](bool) {});
  postgres::ControlDatabase control_{*connected_};
  TenantStore store_{control_};
  int dumps_ = 0;
};

TEST_F(TenantAdoptionTest, KnowsWhatItHasMade) {
  Make("acme");
  EXPECT_TRUE(IsKnown("acme"));
  EXPECT_EQ(Of("acme", "incarnation"), Execute("SELECT incarnation FROM acme.chatter_schema"));
  EXPECT_EQ(Execute("SELECT name || version FROM acme.chatter_schema"),
            absl::StrCat("acme", migrator_.tenant_version()));
  EXPECT_TRUE(migrator_.FindLagging()->empty());
}

TEST_F(TenantAdoptionTest, OneThatIsMadeAgainHasNothingOfTheOldOne) {
  Make("acme");
  Make("globex");
  const std::string incarnation = Of("acme", "incarnation");
  Drop("acme");
  EXPECT_TRUE(IsKnown("acme")) << "nothing is there that could be taken for it";
  Execute("CREATE SCHEMA acme");
  BringUp("acme");
  ExpectBegunAnew("acme");
  ExpectStillThere("globex");
  EXPECT_EQ(UsersOf("acme"), "");
  EXPECT_NE(Of("acme", "incarnation"), incarnation);
  EXPECT_EQ(Of("acme", "attached"), "t") << "whoever made the schema may have tables there";
  EXPECT_EQ(Count("chatter.service_account WHERE name = 'two_acme' AND tenants = '{elsewhere}'"),
            "1");
  EXPECT_EQ(Count("chatter.tenant_domain WHERE schema_name = 'acme'"), "1");
}

TEST_F(TenantAdoptionTest, OneThatIsRestoredIsTheSame) {
  Make("acme");
  const std::string incarnation = Of("acme", "incarnation");
  const std::string identity_version = Of("acme", "identity_version + 1");
  const std::string epoch = Execute("SELECT epoch FROM acme.chatter_settings");
  Execute(absl::StrCat(
      "INSERT INTO acme.chatter_event (room_id, seq, created_at, kind, actor_id, text) VALUES ('",
      kRoom, "', 1, now(), 2, 'alice', 'text')"));
  const std::string dump = Dump("acme");
  // After the dump: so in what is restored the room is there.
  Execute(
      absl::StrCat("DELETE FROM acme.chatter_room; INSERT INTO chatter.room_to_purge VALUES "
                   "('acme', '",
                   kRoom, "')"));
  Drop("acme");
  Restore(dump);
  BringUp("acme");
  ExpectStillThere("acme");
  EXPECT_EQ(Of("acme", "incarnation"), incarnation);
  EXPECT_EQ(Of("acme", "identity_version"), identity_version);
  EXPECT_EQ(Count("acme.chatter_session"), "1");
  EXPECT_NE(Execute("SELECT epoch FROM acme.chatter_settings"), epoch) << "its logs may be shorter";
  EXPECT_EQ(UsersOf("acme"), "user of acme");
  Execute("UPDATE chatter.room_to_purge SET deleted_at = now() - interval '2 hours'");
  EXPECT_EQ(*RoomPurger(sessions_).Run(), 1);
  EXPECT_EQ(Count("acme.chatter_event"), "1") << "the room that is there again stays";
  EXPECT_EQ(Count("chatter.room_to_purge"), "0");
}

TEST_F(TenantAdoptionTest, WhatATenantHasGoesAlongWhenItsSchemaIsRenamed) {
  Make("acme");
  const std::string incarnation = Of("acme", "incarnation");
  Execute("ALTER SCHEMA acme RENAME TO emca");
  BringUpFromApplication("emca");
  ExpectStillThere("emca");
  EXPECT_EQ(Of("acme", "1"), "");
  EXPECT_EQ(Of("emca", "incarnation"), incarnation);
  EXPECT_EQ(Count("chatter.tenant_domain WHERE schema_name = 'emca'"), "1");
  EXPECT_EQ(Count("chatter.room_to_purge WHERE tenant = 'emca'"), "1");
  EXPECT_EQ(Count("chatter.service_account WHERE 'acme' = ANY (tenants)"), "0");
  EXPECT_EQ(Count("emca.chatter_session"), "1");
  EXPECT_EQ(Execute("SELECT name FROM emca.chatter_schema"), "emca");
  EXPECT_EQ(UsersOf("emca"), "user of acme");
}

TEST_F(TenantAdoptionTest, ACloneIsATenantOfItsOwn) {
  Make("acme");
  Clone("acme", "demo");
  BringUpFromApplication("demo");
  ExpectBegunAnew("demo");
  ExpectStillThere("acme");
  EXPECT_EQ(Count("acme.chatter_session"), "1");
  EXPECT_NE(Of("demo", "incarnation"), Of("acme", "incarnation"));
  EXPECT_EQ(Count("demo.chatter_room"), "1") << "its data are there";
  Execute("INSERT INTO demo.chatter_user VALUES ('demonstrator', '', now(), true)");
  EXPECT_EQ(UsersOf("demo"), "demonstrator user of acme");
  EXPECT_EQ(Count("acme.chatter_settings a JOIN demo.chatter_settings d ON d.epoch = a.epoch"),
            "0");
  EXPECT_EQ(UsersOf("acme"), "user of acme");
  EXPECT_TRUE(IsKnown("acme"));
  // Also when what it is from has gone before Chatter heard of it.
  Clone("acme", "heir");
  Drop("acme");
  BringUpFromApplication("heir");
  ExpectBegunAnew("heir");
}

TEST_F(TenantAdoptionTest, ACloneReadsItsOwnUsersInTheApplicationsTable) {
  const Migrator migrator({.database_url = database_.url(),
                           .user_source = UserSource{.table = *TableName::Parse("person"),
                                                     .id = *SqlIdentifier::Parse("name"),
                                                     .display_name = *SqlIdentifier::Parse("name"),
                                                     .active = std::nullopt}});
  Execute("CREATE SCHEMA shop; CREATE TABLE shop.person (name text)");
  ASSERT_TRUE(migrator.MigrateTenant(New("shop")).ok());
  Clone("shop", "demo");
  Execute("INSERT INTO shop.person VALUES ('customer')");
  EXPECT_EQ(UsersOf("demo"), "customer") << "that of the other's, by its text";
  ASSERT_TRUE(migrator.MigrateTenant(New("demo")).ok());
  EXPECT_EQ(UsersOf("demo"), "");
  Execute("INSERT INTO demo.person VALUES ('visitor')");
  EXPECT_EQ(UsersOf("demo"), "visitor");
  EXPECT_EQ(UsersOf("shop"), "customer");
}

TEST_F(TenantAdoptionTest, WhatComesInAnothersPlaceHasNothingOfEither) {
  Make("acme");
  Make("globex");
  Drop("acme");
  Clone("globex", "acme");
  BringUp("acme");
  ExpectBegunAnew("acme");
  ExpectStillThere("globex");
  EXPECT_EQ(UsersOf("acme"), "user of globex");
  // Renamed, over the name of one that the control schema still knows.
  Make("initech");
  Drop("initech");
  Execute("ALTER SCHEMA globex RENAME TO initech");
  BringUp("initech");
  ExpectBegunAnew("initech");
  ExpectStillThere("globex");
}

TEST_F(TenantAdoptionTest, TwoThatChangeTheirNamesKeepNeitherKeysNorSessions) {
  Make("acme");
  Make("globex");
  Execute(
      "ALTER SCHEMA acme RENAME TO between; ALTER SCHEMA globex RENAME TO acme; "
      "ALTER SCHEMA between RENAME TO globex");
  for (const char* name : {"acme", "globex"}) BringUp(name);
  for (const char* name : {"acme", "globex"}) ExpectBegunAnew(name);
  EXPECT_EQ(UsersOf("acme"), "user of globex");
  EXPECT_EQ(UsersOf("globex"), "user of acme");
}

TEST_F(TenantAdoptionTest, WhatIsRestoredAsItWasBeforeAMigrationIsMigratedAgain) {
  std::vector<std::string_view> migrations(MigratorOptions::TenantMigrations().begin(),
                                           MigratorOptions::TenantMigrations().end());
  migrations.emplace_back("CREATE TABLE {schema}.chatter_next (id integer)");
  const Migrator next({.database_url = database_.url(), .tenant_migrations = migrations});
  Make("acme");
  const std::string before = Dump("acme");
  ASSERT_TRUE(next.MigrateTenant(Found("acme")).ok());
  const std::string after = Dump("acme");
  Drop("acme");
  Restore(before);
  ASSERT_TRUE(next.MigrateTenant(Found("acme")).ok());
  EXPECT_EQ(Count("acme.chatter_next"), "0");
  EXPECT_EQ(Of("acme", "schema_version"), absl::StrCat(migrations.size()));
  // And where a newer server has been at work, this one knows it too.
  Drop("acme");
  Restore(after);
  BringUp("acme");
  ExpectStillThere("acme");
  EXPECT_EQ(Of("acme", "schema_version"), absl::StrCat(migrations.size()));
  // But makes no new tenant of what it doesn't know.
  Clone("acme", "demo");
  EXPECT_EQ(ReasonOf(migrator_.MigrateTenant(New("demo"))), v1::ERROR_REASON_TENANT_NOT_READY);
  EXPECT_EQ(Of("demo", "1"), "");
  EXPECT_TRUE(next.MigrateTenant(New("demo")).ok());
}

TEST_F(TenantAdoptionTest, TablesFromBeforeThereWereMarkersAreAdopted) {
  const auto all = MigratorOptions::TenantMigrations();
  for (size_t version = 1; version < all.size(); ++version) {
    const std::string name = absl::StrCat("old", version);
    const Migrator old({.database_url = database_.url(), .tenant_migrations = all.first(version)});
    ASSERT_TRUE(TenantMaker(old, sessions_).Create(New(name)).ok());
    ASSERT_TRUE(TenantMaker(old, sessions_).Create(New("renamed" + name)).ok());
    Execute("ALTER SCHEMA renamed" + name + " RENAME TO other" + name);
    // A clone's indexes and constraints have other names, which older migrations don't find.
    if (version >= 4) Clone(name, "demo" + name);
    Execute("UPDATE chatter.tenant SET state = 2 WHERE schema_name = '" + name + "'");
    ASSERT_TRUE(migrator_.MigrateTenant(Found(name)).ok()) << version;
    EXPECT_TRUE(IsKnown(name)) << version;
    EXPECT_EQ(Of(name, "state"), "2") << "it is the same";
    BringUpFromApplication("other" + name);
    if (version >= 4) BringUpFromApplication("demo" + name);
  }
}

// It is dead before this release, since nothing tells that its tables are gone.
TEST_F(TenantAdoptionTest, OneThatWasMadeAgainBeforeThereWereMarkersLives) {
  const Migrator old({.database_url = database_.url(),
                      .tenant_migrations = MigratorOptions::TenantMigrations().first(4)});
  ASSERT_TRUE(TenantMaker(old, sessions_).Create(New("acme")).ok());
  Execute("UPDATE chatter.tenant SET state = 2");
  Drop("acme");
  Execute("CREATE SCHEMA acme");
  ASSERT_TRUE(migrator_.MigrateTenant(Found("acme")).ok());
  ExpectBegunAnew("acme");
}

TEST_F(TenantAdoptionTest, ADeletedTenantStaysSoAndItsPurgeLeavesWhatIsInItsPlace) {
  Make("acme");
  Execute("UPDATE chatter.tenant SET state = 3, purge_at = now()");
  Drop("acme");
  Execute("CREATE SCHEMA acme; CREATE TABLE acme.invoice (id integer)");
  EXPECT_TRUE(IsKnown("acme")) << "it is nobody's concern";
  EXPECT_TRUE(absl::IsInternal(migrator_.MigrateTenant(New("acme"))));
  EXPECT_EQ(Of("acme", "state"), "3");
  EXPECT_TRUE(migrator_.FindLagging()->empty());
  EXPECT_EQ(*TenantPurger(sessions_).Run(), 1);
  EXPECT_EQ(Of("acme", "1"), "");
  EXPECT_EQ(Count("acme.invoice"), "0") << "the application's";
  EXPECT_EQ(Count("chatter.service_account WHERE 'acme' = ANY (tenants)"), "0");
}

TEST_F(TenantAdoptionTest, ARestoredSchemaIsPurgedWithItsTenant) {
  Make("acme");
  const std::string dump = Dump("acme");
  Drop("acme");
  Restore(dump);
  Execute("UPDATE chatter.tenant SET state = 3, purge_at = now()");
  EXPECT_EQ(*TenantPurger(sessions_).Run(), 1);
  EXPECT_EQ(Count("pg_namespace WHERE nspname = 'acme'"), "0");
}

TEST_F(TenantAdoptionTest, TheApplicationMakesADeletedTenantAgain) {
  Execute(
      "CREATE TABLE public.client (id integer, schema_name text); CREATE TABLE public.domain "
      "(domain "
      "text, tenant_id integer); INSERT INTO public.client VALUES (1, 'acme')");
  Make("acme");
  Execute("UPDATE chatter.tenant SET state = 3, purge_at = now() + interval '1 day'");
  TenantStore store(control_, DirectorySql::OfDjangoTenants(*TableName::Parse("public.client"),
                                                            *SqlIdentifier::Parse("id"),
                                                            *TableName::Parse("public.domain")));
  const auto find = [&] {
    return **Await<std::optional<Tenant>>(
        [&](auto done) { store.Find(Name("acme"), Soon(), std::move(done)); });
  };
  EXPECT_TRUE(find().schema_is_known);
  Drop("acme");
  Execute("CREATE SCHEMA acme");
  ASSERT_FALSE(find().schema_is_known);
  ASSERT_TRUE(migrator_.MigrateTenant(find()).ok());
  ExpectBegunAnew("acme");
  EXPECT_EQ(Of("acme", "purge_at"), "");
  EXPECT_TRUE(find().schema_is_known);
}

TEST_F(TenantAdoptionTest, ARunOfMigrationsFindsAllSchemasThatAreNotKnown) {
  Make("acme");
  Make("globex");
  Make("initech");
  Drop("acme");
  Execute("CREATE SCHEMA acme");
  const std::string dump = Dump("globex");
  Drop("globex");
  Restore(dump);
  auto run = MigrationRun::Start(migrator_, /*jobs=*/2);
  ASSERT_TRUE(run.ok());
  EXPECT_EQ((*run)->total(), 2u);
  EXPECT_TRUE((*run)->Finish().failures.empty());
  ExpectBegunAnew("acme");
  ExpectStillThere("globex");
  EXPECT_TRUE(migrator_.FindLagging()->empty());
}

TEST_F(TenantAdoptionTest, CreatesOneWhoseSchemaWasDroppedByHand) {
  Make("acme");
  EXPECT_EQ(ReasonOf(maker_.Create(New("acme")).status()), v1::ERROR_REASON_TENANT_EXISTS);
  Drop("acme");
  ASSERT_TRUE(maker_.Ensure(Name("acme")).ok());
  EXPECT_EQ(Count("pg_namespace WHERE nspname = 'acme'"), "0") << "nobody has said so";
  const auto made = maker_.Create(New("acme", {"new.example"}));
  ASSERT_TRUE(made.ok()) << made.status();
  EXPECT_THAT(made->domains, testing::ElementsAre("new.example"));
  ExpectBegunAnew("acme");
  EXPECT_TRUE(IsKnown("acme"));
  EXPECT_EQ(Count("chatter.tenant_domain WHERE schema_name = 'acme'"), "1");
}

TEST_F(TenantAdoptionTest, AttachesToWhatHasItsTables) {
  Make("acme");
  Clone("acme", "demo");
  const auto demo = maker_.Attach(New("demo", {"demo.example"}));
  ASSERT_TRUE(demo.ok()) << demo.status();
  EXPECT_TRUE(demo->attached);
  ExpectBegunAnew("demo");
  EXPECT_EQ(Count("demo.chatter_room"), "1");
  EXPECT_EQ(ReasonOf(maker_.Attach(New("demo")).status()), v1::ERROR_REASON_TENANT_EXISTS);

  Execute("ALTER SCHEMA acme RENAME TO emca");
  const auto renamed = maker_.Attach(New("emca", {"emca.example", "acme.example"}));
  ASSERT_TRUE(renamed.ok()) << renamed.status();
  EXPECT_THAT(renamed->domains, testing::ElementsAre("acme.example", "emca.example"));
  ExpectStillThere("emca");
  EXPECT_EQ(ReasonOf(maker_.Attach(New("acme")).status()), v1::ERROR_REASON_SCHEMA_NOT_FOUND);

  Drop("emca");
  Execute("CREATE SCHEMA emca");
  const auto again = maker_.Attach(New("emca", {"again.example"}));
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_THAT(again->domains, testing::ElementsAre("again.example"));
  ExpectBegunAnew("emca");
}

// What somebody writes into a tenant's tables by hand must not end the process for all.
TEST_F(TenantAdoptionTest, NonsenseInAMarkerIsItsTenantsFaultAlone) {
  Make("acme");
  Execute("ALTER TABLE acme.chatter_schema ALTER version TYPE text USING 'five'");
  Execute("UPDATE chatter.tenant SET marker_oid = 1");  // so that the schema is looked at
  EXPECT_FALSE(migrator_.MigrateTenant(Found("acme")).ok());
}

TEST_F(TenantAdoptionTest, AMarkerThatSaysTooLowAVersionIsPutRight) {
  Make("acme");
  Execute("UPDATE acme.chatter_schema SET version = -5");
  Execute("UPDATE chatter.tenant SET marker_oid = 1");
  EXPECT_EQ(migrator_.MigrateTenant(Found("acme")), absl::OkStatus());
  ExpectStillThere("acme");
}

// Nothing shows whose they are. Nobody is served before an administrator has said it.
TEST_F(TenantAdoptionTest, TablesThatHaveLostTheirMarkerWaitForAWord) {
  Make("acme");
  const std::string incarnation = Of("acme", "incarnation");
  Execute("DROP TABLE acme.chatter_schema");
  EXPECT_FALSE(IsKnown("acme"));
  EXPECT_FALSE(migrator_.MigrateTenant(Found("acme")).ok());
  EXPECT_FALSE(IsKnown("acme"));
  ExpectStillThere("acme");
  // As `chatterd migrate --restored` ...
  EXPECT_EQ(MarkRestored(sessions_, Name("acme")), absl::OkStatus());
  BringUp("acme");
  ExpectStillThere("acme");
  EXPECT_EQ(Of("acme", "incarnation"), incarnation);
  EXPECT_EQ(Count("acme.chatter_session"), "1");
  // ... and as `chatter tenant attach`.
  Execute("DROP TABLE acme.chatter_schema");
  ASSERT_TRUE(maker_.Attach(New("acme")).ok());
  EXPECT_TRUE(IsKnown("acme"));
  ExpectBegunAnew("acme");
  EXPECT_EQ(Count("acme.chatter_room"), "1");
}

TEST_F(TenantAdoptionTest, ADumpThatIsOlderThanMarkersIsTheTenantsIfAnAdministratorSaysSo) {
  const Migrator old({.database_url = database_.url(),
                      .tenant_migrations = MigratorOptions::TenantMigrations().first(4)});
  ASSERT_TRUE(TenantMaker(old, sessions_).Create(New("acme")).ok());
  Execute(
      "DROP TABLE acme.chatter_schema; "
      "UPDATE chatter.tenant SET incarnation = NULL, marker_oid = NULL");
  const std::string dump = Dump("acme");
  ASSERT_TRUE(migrator_.MigrateTenant(Found("acme")).ok());
  Execute("UPDATE chatter.tenant SET state = 2, state_reason = 'unpaid'");
  const std::string incarnation = Of("acme", "incarnation");
  Drop("acme");
  Restore(dump);
  EXPECT_FALSE(migrator_.MigrateTenant(Found("acme")).ok());
  EXPECT_EQ(MarkRestored(sessions_, Name("acme")), absl::OkStatus());
  BringUp("acme");
  EXPECT_EQ(Of("acme", "state || state_reason"), "2unpaid");
  EXPECT_EQ(Of("acme", "incarnation"), incarnation);
  EXPECT_EQ(Of("acme", "schema_version"), absl::StrCat(migrator_.tenant_version()));
}

// What belongs to one tenant is given to no other by a slip.
TEST_F(TenantAdoptionTest, WhatCantBeRestoredIsntMarkedSo) {
  Make("acme");
  Make("globex");
  EXPECT_FALSE(MarkRestored(sessions_, Name("nobody")).ok());
  EXPECT_FALSE(MarkRestored(sessions_, Name("acme")).ok()) << "it has a marker";
  Drop("acme");
  EXPECT_FALSE(MarkRestored(sessions_, Name("acme")).ok()) << "there is nothing";
  Execute("CREATE SCHEMA acme");
  EXPECT_FALSE(MarkRestored(sessions_, Name("acme")).ok()) << "there is nothing of Chatter's";
  Execute("ALTER SCHEMA globex RENAME TO elsewhere");
  Clone("elsewhere", "globex");
  Execute("DROP TABLE globex.chatter_schema");
  EXPECT_FALSE(MarkRestored(sessions_, Name("globex")).ok()) << "its own schema is elsewhere";
}

TEST_F(TenantAdoptionTest, ServersThatFindItTogetherMakeOneTenantOfIt) {
  Make("acme");
  Clone("acme", "demo");
  Drop("acme");
  Execute("CREATE SCHEMA acme");
  const Migrator other({.database_url = database_.url()});
  const Tenant acme = Found("acme");
  std::thread thread([&] {
    EXPECT_TRUE(other.MigrateTenant(acme).ok());
    EXPECT_TRUE(other.MigrateTenant(New("demo")).ok());
  });
  EXPECT_TRUE(migrator_.MigrateTenant(New("demo")).ok());
  EXPECT_TRUE(migrator_.MigrateTenant(acme).ok());
  thread.join();
  for (const char* name : {"acme", "demo"}) {
    EXPECT_TRUE(IsKnown(name));
    ExpectBegunAnew(name);
  }
}

}  // namespace
}  // namespace chatter::store
