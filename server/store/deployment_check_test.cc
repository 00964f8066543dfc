#include "server/store/deployment_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
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
    const auto checked = CheckDeployment(session_, columns, tenants);
    EXPECT_TRUE(checked.ok()) << session_.last_error().message;
    return checked.ok() ? checked->faults : std::vector<std::string>{"no answer"};
  }

  TestDatabase database_;
  postgres::BlockingSession session_ = *postgres::BlockingSession::Open(database_.url());
};

TEST_F(DeploymentCheckTest, HasNothingToSayOfWhatIsRight) {
  EXPECT_THAT(FaultsOf(Columns("auth_user")), IsEmpty());
  const auto checked = CheckDeployment(session_, {}, std::nullopt);
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
              ElementsAre("tenant later: it has no schema"));
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
