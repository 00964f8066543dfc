#include "server/store/user_view.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "server/postgres/statement.h"
#include "tests/support/await.h"
#include "tests/support/core_stack.h"
#include "tests/support/test_database.h"

namespace chatter::store {
namespace {

using test::Await;
using test::CoreStack;
using test::Soon;
using test::TestDatabase;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::UnorderedElementsAre;

UserSource Source(std::string_view table, std::string_view active = "is_active",
                  std::string_view id = "id") {
  return {.table = *TableName::Parse(table),
          .id = *SqlIdentifier::Parse(id),
          .display_name = *SqlIdentifier::Parse("username"),
          .active = SqlIdentifier::Parse(active)};
}

class UserViewTest : public ::testing::Test {
 protected:
  void ReadFrom(const std::optional<UserSource>& source) const {
    database_.Execute(RenderUserView(tenant_.name, source));
  }
  void MakeTable(const std::string& name, const std::string& id_type) const {
    database_.Execute("CREATE TABLE " + name + " (id " + id_type +
                      " PRIMARY KEY, username varchar(150), is_active boolean)");
  }
  std::vector<std::string> List() {
    const auto users = Await<std::vector<User>>(
        [&](auto done) { stack_.users.List(tenant_, "", "", 100, Soon(), std::move(done)); });
    std::vector<std::string> all;
    if (!users.ok()) return {users.status().ToString()};
    for (const User& user : *users) all.push_back(user.id + " " + user.display_name);
    return all;
  }
  std::optional<User> Find(const std::string& id) {
    const auto found = Await<std::optional<User>>(
        [&](auto done) { stack_.users.Find(tenant_, id, Soon(), std::move(done)); });
    return found.ok() ? *found : std::nullopt;
  }

  TestDatabase database_;
  const TenantKey tenant_ = database_.AddTenant("acme");
  CoreStack stack_{database_.url()};
};

TEST_F(UserViewTest, ReadsTheApplicationsUsers) {
  MakeTable("acme.auth_user", "integer");
  database_.Execute(
      "INSERT INTO acme.auth_user VALUES (7, 'alice', true), (10, 'bob', true), "
      "(11, NULL, true), (12, 'gone', false), (13, 'unclear', NULL)");
  stack_.AddUsers(tenant_, {"chatter's own"});
  ReadFrom(Source("auth_user"));
  EXPECT_THAT(List(), ::testing::ElementsAre("10 bob", "11 ", "7 alice"));  // in byte order
  ASSERT_TRUE(Find("12").has_value());
  EXPECT_FALSE(Find("12")->active);
  EXPECT_FALSE(Find("13")->active);
  EXPECT_TRUE(Find("7")->active);
  EXPECT_EQ(Find("7")->created_at, absl::InfinitePast());
  EXPECT_FALSE(Find("07").has_value());
  EXPECT_FALSE(Find("alice").has_value());
}

TEST_F(UserViewTest, HoldsTheBoundsOfUsers) {
  database_.Execute("CREATE TABLE acme.account (id text, username text)");
  database_.Execute(
      "INSERT INTO acme.account VALUES (repeat('é', 300), repeat('é', 128)), "
      "(repeat('é', 300) || 'x', 'too long'), ('', 'empty'), (E'a\nb', 'two lines'), "
      "(E'a\u0085b', 'a control character'), (E'a\u00a0b', repeat('n', 257)), "
      "('b', E'Bo\tb\u0007')");
  UserSource source = Source("account");
  source.active = std::nullopt;
  ReadFrom(source);
  const auto repeat = [](std::string_view text, int times) {
    std::string all;
    for (int i = 0; i < times; ++i) all += text;
    return all;
  };
  EXPECT_THAT(List(), UnorderedElementsAre("b Bo b ", "a\u00a0b " + repeat("n", 63) + "…",
                                           repeat("é", 300) + " " + repeat("é", 128)));
}

TEST_F(UserViewTest, ReadsUuidsTextAndTablesOfOtherSchemas) {
  MakeTable("public.account", "uuid");
  database_.Execute(
      "INSERT INTO public.account VALUES ('0F8FAD5B-D9CB-469F-A165-70867728950E', 'alice', true)");
  ReadFrom(Source("public.account"));
  EXPECT_THAT(List(), UnorderedElementsAre("0f8fad5b-d9cb-469f-a165-70867728950e alice"));
  ReadFrom(Source("public.account", "is_active", "username"));
  EXPECT_THAT(List(), UnorderedElementsAre("alice alice"));
}

TEST_F(UserViewTest, TakesAllForActiveWithoutAColumn) {
  MakeTable("acme.auth_user", "integer");
  database_.Execute("INSERT INTO acme.auth_user VALUES (1, 'alice', false)");
  UserSource source = Source("auth_user");
  source.active = std::nullopt;
  ReadFrom(source);
  EXPECT_THAT(List(), UnorderedElementsAre("1 alice"));
}

TEST_F(UserViewTest, GoesBackToItsOwnTable) {
  MakeTable("acme.auth_user", "integer");
  stack_.AddUsers(tenant_, {"own"});
  ReadFrom(Source("auth_user"));
  ReadFrom(std::nullopt);
  ReadFrom(std::nullopt);
  EXPECT_THAT(List(), UnorderedElementsAre("own "));
}

TEST_F(UserViewTest, TheApplicationMayMakeItsTableLater) {
  ReadFrom(Source("auth_user"));
  EXPECT_THAT(List(), UnorderedElementsAre(HasSubstr("UNAVAILABLE")));
  MakeTable("acme.auth_user", "integer");
  EXPECT_THAT(List(), IsEmpty());
}

TEST_F(UserViewTest, TheApplicationMayAlterAndDropItsTable) {
  MakeTable("acme.auth_user", "integer");
  database_.Execute("INSERT INTO acme.auth_user VALUES (1, 'alice', true)");
  ReadFrom(Source("auth_user"));
  EXPECT_THAT(List(), UnorderedElementsAre("1 alice"));
  database_.Execute("ALTER TABLE acme.auth_user ALTER username TYPE varchar(254)");
  database_.Execute("ALTER TABLE acme.auth_user ALTER id TYPE bigint");
  EXPECT_THAT(List(), UnorderedElementsAre("1 alice"));
  database_.Execute("DROP TABLE acme.auth_user");
  MakeTable("acme.auth_user", "bigint");
  EXPECT_THAT(List(), IsEmpty());
}

TEST_F(UserViewTest, LooksUpByAnIndexOfTheApplications) {
  MakeTable("acme.auth_user", "integer");
  database_.Execute(
      "INSERT INTO acme.auth_user SELECT n, 'user ' || n, true FROM generate_series(1, 5000) n");
  ReadFrom(Source("auth_user"));
  const auto plan_of = [&](const std::string& where) {
    database_.Execute("ANALYZE acme.auth_user");
    return database_.Execute(
        absl::StrCat("EXPLAIN (FORMAT JSON) SELECT * FROM acme.chatter_user_view WHERE ", where));
  };
  EXPECT_THAT(plan_of("id = '77'"), HasSubstr("Seq Scan"));
  database_.Execute("CREATE INDEX by_text_id ON acme.auth_user (((id::text) COLLATE \"C\"))");
  for (const char* where :
       {"id = '77'", "id = ANY ('{77,78}'::text[])", "id > '4000' ORDER BY id LIMIT 10"}) {
    EXPECT_THAT(plan_of(where), HasSubstr("by_text_id"));
    EXPECT_THAT(plan_of(where), Not(HasSubstr("Seq Scan")));
    EXPECT_THAT(plan_of(where), Not(HasSubstr("Function Scan")));
  }
}

TEST_F(UserViewTest, FingerprintsTellSourcesApart) {
  const UserSource source = Source("auth_user");
  const std::string fingerprint = UserSourceFingerprint(source);
  EXPECT_EQ(fingerprint, UserSourceFingerprint(Source("auth_user")));
  UserSource without = source;
  without.active = std::nullopt;
  for (const auto& other :
       {std::optional<UserSource>(), std::optional(Source("public.auth_user")),
        std::optional(Source("auth_user", "enabled")),
        std::optional(Source("auth_user", "is_active", "username")), std::optional(without)}) {
    EXPECT_NE(UserSourceFingerprint(other), fingerprint);
  }
}

}  // namespace
}  // namespace chatter::store
