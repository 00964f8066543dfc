#include "server/store/deployment_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "server/store/own_tables.h"
#include "tests/support/test_database.h"

namespace chatter::store {
namespace {

using test::TestDatabase;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

TableName Table(std::string_view text) { return *TableName::Parse(text); }
SqlIdentifier Column(std::string_view text) { return *SqlIdentifier::Parse(text); }

ApplicationColumns Columns(std::string_view users, std::string_view name = "username") {
  return {{"user-table", "user-id-column", Table(users), Column("id")},
          {"user-table", "user-name-column", Table(users), Column(name)},
          {"user-table", "user-active-column", Table(users), Column("is_active"), "boolean"}};
}

// A role that has nothing but what it is given.
class Role {
 public:
  explicit Role(const TestDatabase& database)
      : database_(database), name_(absl::StrCat("role_of_", database.name())) {
    database_.Execute("CREATE ROLE " + name_);
  }
  ~Role() {
    database_.Execute("DROP OWNED BY " + name_);
    database_.Execute("DROP ROLE " + name_);
  }
  Role(const Role&) = delete;
  Role& operator=(const Role&) = delete;
  const std::string& name() const { return name_; }

 private:
  const TestDatabase& database_;
  const std::string name_;
};

class DeploymentCheckTest : public ::testing::Test {
 protected:
  DeploymentCheckTest() {
    database_.AddTenant("acme");
    database_.Execute("CREATE TABLE acme.auth_user (id integer, username text, is_active boolean)");
  }
  std::vector<std::string> FaultsOf(const ApplicationColumns& columns,
                                    const std::optional<TableName>& tenants = std::nullopt) {
    const auto checked = CheckDeployment(session_, columns, tenants, std::nullopt);
    EXPECT_TRUE(checked.ok()) << session_.last_error().message;
    return checked.ok() ? checked->faults : std::vector<std::string>{"no answer"};
  }

  TestDatabase database_;
  postgres::BlockingSession session_ = *postgres::BlockingSession::Open(database_.url());
};

TEST_F(DeploymentCheckTest, HasNothingToSayOfWhatIsRight) {
  EXPECT_THAT(FaultsOf(Columns("auth_user")), IsEmpty());
  const auto checked = CheckDeployment(session_, {}, std::nullopt, std::nullopt);
  EXPECT_EQ(checked->tenants, 1U);
  EXPECT_THAT(checked->server, HasSubstr("PostgreSQL 1"));
}

TEST_F(DeploymentCheckTest, NamesTheSettingThatDoesNotFit) {
  EXPECT_THAT(FaultsOf(Columns("auth_usr")),
              ElementsAre("tenant acme: user-table: there is no table acme.auth_usr"));
  EXPECT_THAT(FaultsOf(Columns("public.auth_user")),
              ElementsAre("user-table: there is no table public.auth_user"));
  EXPECT_THAT(FaultsOf(Columns("nowhere.auth_user")),
              ElementsAre("user-table: there is no schema \"nowhere\""));
  EXPECT_THAT(FaultsOf(Columns("auth_user", "usernme")),
              ElementsAre("tenant acme: user-name-column: the table acme.auth_user has no column "
                          "\"usernme\"; it has id, username, is_active"));
  database_.Execute("ALTER TABLE acme.auth_user ALTER is_active TYPE integer USING 1");
  EXPECT_THAT(FaultsOf(Columns("auth_user")),
              ElementsAre("tenant acme: user-active-column: acme.auth_user.is_active is of the "
                          "type integer, and must be boolean"));
}

TEST_F(DeploymentCheckTest, TellsOfATableThatAllTenantsShare) {
  database_.Execute("CREATE TABLE public.people (id integer, username text, is_active boolean)");
  EXPECT_THAT(FaultsOf(Columns("people")),
              ElementsAre("tenant acme: user-table: there is no table acme.people; there is "
                          "public.people, which all tenants share if the setting is "
                          "public.people"));
  EXPECT_THAT(FaultsOf(Columns("public.people")), IsEmpty());
}

TEST_F(DeploymentCheckTest, NamesTheRightThatIsMissing) {
  const Role role(database_);
  const auto as_role = [&](const std::string& grant) {
    database_.Execute(grant);
    EXPECT_EQ(session_.Execute("SET ROLE " + role.name()), absl::OkStatus());
    std::vector<std::string> faults = FaultsOf(Columns("auth_user"), Table("public.client"));
    EXPECT_EQ(session_.Execute("RESET ROLE"), absl::OkStatus());
    return faults;
  };
  database_.Execute("CREATE TABLE public.client (schema_name text)");
  database_.Execute("INSERT INTO public.client VALUES ('public'), ('acme'), ('later')");
  database_.Execute("GRANT SELECT ON public.client TO " + role.name());
  EXPECT_THAT(as_role("SELECT 1"),
              UnorderedElementsAre(HasSubstr("may not use the schema chatter"),
                                   HasSubstr("GRANT USAGE, CREATE ON SCHEMA \"acme\""),
                                   HasSubstr("user-table: the role may not use the schema acme"),
                                   "tenant later: it has no schema"));
  EXPECT_THAT(as_role("GRANT USAGE, CREATE ON SCHEMA acme TO " + role.name()),
              ::testing::Contains(HasSubstr("user-name-column: the role may not read "
                                            "acme.auth_user.username: GRANT SELECT")));
  EXPECT_THAT(as_role("GRANT SELECT ON acme.auth_user TO " + role.name() +
                      "; GRANT USAGE ON SCHEMA chatter TO " + role.name()),
              ElementsAre("schema chatter: the role " + role.name() +
                              " doesn't own chatter.migration: ALTER TABLE "
                              "\"chatter\".\"migration\" OWNER TO \"" +
                              role.name() + "\"",
                          "tenant later: it has no schema"));
}

TEST_F(DeploymentCheckTest, NamesWhatIsMissingOfChattersOwnTables) {
  database_.AddTenant("My.shop");
  database_.Execute("DROP TABLE \"My.shop\".chatter_mark");
  database_.Execute("ALTER TABLE acme.chatter_event DROP thread_seq, DROP service");
  database_.Execute("ALTER TABLE chatter.api_key DROP last_used_at");
  EXPECT_THAT(FaultsOf({}), ElementsAre("schema chatter: the table chatter.api_key lacks the "
                                        "columns last_used_at: bring them back from a backup"));
  database_.Execute("ALTER TABLE chatter.api_key ADD last_used_at timestamptz");
  EXPECT_THAT(FaultsOf({}),
              ElementsAre("tenant My.shop: there is no table My.shop.chatter_mark: bring it back "
                          "from a backup",
                          "tenant acme: the table acme.chatter_event lacks the columns service, "
                          "thread_seq: bring them back from a backup"));
  database_.Execute("UPDATE chatter.tenant SET schema_version = 1");
  EXPECT_THAT(FaultsOf({}), IsEmpty()) << "they lag: the server brings them up to date";
}

TEST_F(DeploymentCheckTest, NamesRightsThatAreMissingToChattersOwnTables) {
  const Role role(database_);
  database_.Execute("GRANT USAGE, CREATE ON SCHEMA acme, chatter TO " + role.name());
  for (const char* schema : {"chatter", "acme"}) {
    database_.Execute(absl::StrCat(
        "DO $$ DECLARE t record; BEGIN FOR t IN SELECT oid::regclass AS name FROM pg_class "
        "WHERE relnamespace = '",
        schema,
        "'::regnamespace AND relkind IN ('r', 'v') LOOP EXECUTE format("
        "'ALTER TABLE %s OWNER TO ",
        role.name(), "', t.name); END LOOP; END $$"));
  }
  const auto faults = [&](const std::string& change) {
    database_.Execute(change);
    EXPECT_EQ(session_.Execute("SET ROLE " + role.name()), absl::OkStatus());
    std::vector<std::string> found = FaultsOf({});
    EXPECT_EQ(session_.Execute("RESET ROLE"), absl::OkStatus());
    return found;
  };
  EXPECT_THAT(faults("SELECT 1"), IsEmpty());
  const std::string name = role.name();
  EXPECT_THAT(faults("REVOKE INSERT, DELETE ON acme.chatter_room FROM " + name),
              ElementsAre("tenant acme: the role " + name +
                          " lacks rights to acme.chatter_room: "
                          "GRANT INSERT, DELETE ON \"acme\".\"chatter_room\" TO \"" +
                          name + "\""));
  EXPECT_THAT(faults("ALTER TABLE acme.chatter_schema OWNER TO CURRENT_USER"),
              ::testing::Contains("tenant acme: the role " + name +
                                  " doesn't own acme.chatter_schema: ALTER TABLE "
                                  "\"acme\".\"chatter_schema\" OWNER TO \"" +
                                  name + "\""));
  database_.Execute("ALTER TABLE acme.chatter_schema OWNER TO " + name);
  EXPECT_THAT(faults("ALTER TABLE acme.chatter_room OWNER TO CURRENT_USER"),
              ElementsAre("tenant acme: the role " + name +
                          " doesn't own acme.chatter_room: "
                          "ALTER TABLE \"acme\".\"chatter_room\" OWNER TO \"" +
                          name + "\""));
}

TEST_F(DeploymentCheckTest, TellsOfAMarkerThatWasDropped) {
  database_.AddTenant("my tenant");
  database_.Execute("DROP TABLE \"my tenant\".chatter_schema");
  EXPECT_THAT(FaultsOf({}),
              ElementsAre(::testing::AllOf(
                  ::testing::StartsWith("tenant my tenant: the schema has Chatter's tables, but no "
                                        "marker (chatter_schema)"),
                  HasSubstr("`chatterd migrate --restored 'my tenant'`"))));
  database_.Execute("UPDATE chatter.tenant SET state = 3, purge_at = now()");
  EXPECT_THAT(FaultsOf({}), IsEmpty()) << "it is deleted";
}

TEST_F(DeploymentCheckTest, TellsOfATenantThatIsNotServedForItsName) {
  database_.Execute("CREATE TABLE public.client (schema_name text)");
  database_.Execute("INSERT INTO public.client VALUES ('public'), (E'a\"\\nb')");
  EXPECT_THAT(FaultsOf({}, Table("public.client")),
              ElementsAre(::testing::StartsWith("tenant \"a\\\"\\nb\": it isn't served: its "
                                                "schema's name must be ")));
}

TEST_F(DeploymentCheckTest, WantsTheSchemaOfAServersOneTenant) {
  const auto faults_of = [&](std::string_view name) {
    return CheckDeployment(session_, {}, std::nullopt, SchemaName::Parse(name))->faults;
  };
  EXPECT_THAT(faults_of("acme"), IsEmpty());
  EXPECT_THAT(faults_of("acne"),
              ElementsAre(HasSubstr("single-schema: there is no schema \"acne\"")));
}

// Whoever writes a migration writes here, too, what it makes.
TEST_F(DeploymentCheckTest, TheTablesAreThoseOfTheMigrations) {
  const auto tables_in = [&](const std::string& schema) {
    return "\n" +
           database_.Execute(
               "SELECT string_agg(line, E'\\n' ORDER BY line COLLATE \"C\") FROM ("
               "SELECT c.relname || ': ' || string_agg(a.attname, ' ' ORDER BY a.attnum) AS line "
               "FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 "
               "WHERE c.relnamespace = '" +
               schema +
               "'::regnamespace AND NOT a.attisdropped "
               "AND c.relkind IN ('r', 'v') AND c.relname NOT IN ('chatter_schema', 'auth_user') "
               "GROUP BY c.relname) l") +
           "\n";
  };
  EXPECT_EQ(tables_in("chatter"), ControlTables());
  EXPECT_EQ(tables_in("acme"), TenantTables());
}

TEST_F(DeploymentCheckTest, LooksForTheControlSchemaWhereItIsToBeMade) {
  const Role role(database_);
  database_.Execute("DROP SCHEMA chatter CASCADE");
  EXPECT_THAT(FaultsOf({}), IsEmpty());
  ASSERT_EQ(session_.Execute("SET ROLE " + role.name()), absl::OkStatus());
  EXPECT_THAT(FaultsOf({}), ElementsAre(HasSubstr("GRANT CREATE ON DATABASE")));
  database_.Execute("CREATE SCHEMA chatter");
  EXPECT_THAT(FaultsOf({}), ElementsAre(HasSubstr("may not use the schema chatter")));
  database_.Execute("ALTER SCHEMA chatter OWNER TO " + role.name());
  EXPECT_THAT(FaultsOf({}), IsEmpty()) << "it isn't migrated yet";
}

}  // namespace
}  // namespace chatter::store
