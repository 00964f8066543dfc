#include "server/store/django_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "server/postgres/database.h"
#include "tests/support/await.h"
#include "tests/support/core_stack.h"
#include "tests/support/test_database.h"

namespace chatter::store {
namespace {

using test::Await;
using test::CoreStack;
using test::Soon;
using test::TestDatabase;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

constexpr char kUuid[] = "0f8fad5b-d9cb-469f-a165-70867728950e";

DjangoTables Tables(std::string_view users, std::string_view sessions = "django_session") {
  return {.sessions = *TableName::Parse(sessions),
          .users = *TableName::Parse(users),
          .user_key = *SqlIdentifier::Parse("id"),
          .user_id = *SqlIdentifier::Parse("username"),
          .user_password = *SqlIdentifier::Parse("password"),
          .user_active = *SqlIdentifier::Parse("is_active")};
}

class DjangoStoreTest : public ::testing::Test {
 protected:
  DjangoStoreTest() {
    database_.Execute(
        "CREATE TABLE acme.django_session (session_key varchar(40) PRIMARY KEY, "
        "session_data text NOT NULL, expire_date timestamptz NOT NULL)");
    database_.Execute(
        "INSERT INTO acme.django_session VALUES "
        "('present1', 'data 1', '2100-01-01T00:00:00Z'), ('present2', 'data 2', 'infinity'), "
        "('expired1', 'data 3', now() - interval '1 second')");
  }
  void MakeUsers(const std::string& table, const std::string& id_type) const {
    database_.Execute("CREATE TABLE " + table + " (id " + id_type +
                      " PRIMARY KEY, username varchar(150) NOT NULL, password varchar(128), "
                      "is_active boolean)");
  }
  absl::StatusOr<std::optional<DjangoStore::User>> FindUser(DjangoStore& store,
                                                            const std::string& key) {
    return Await<std::optional<DjangoStore::User>>(
        [&](auto done) { store.FindUser(tenant_, key, Soon(), std::move(done)); });
  }
  absl::StatusOr<std::optional<std::string>> FindSession(DjangoStore& store,
                                                         const std::string& key) {
    return Await<std::optional<std::string>>(
        [&](auto done) { store.FindSession(tenant_, key, Soon(), std::move(done)); });
  }

  TestDatabase database_;
  const TenantKey tenant_ = database_.AddTenant("acme");
  CoreStack stack_{database_.url()};
};

TEST_F(DjangoStoreTest, FindsSessionsThatHaveNotExpired) {
  DjangoStore store(stack_.tenants, Tables("auth_user"));
  const auto found = FindSession(store, "present1");
  ASSERT_TRUE(found.ok() && found->has_value());
  EXPECT_EQ(**found, "data 1");
  EXPECT_FALSE(FindSession(store, "expired1")->has_value());
  EXPECT_FALSE(FindSession(store, "unknown1")->has_value());
}

TEST_F(DjangoStoreTest, FindsUsersByWhateverTheirKeyIs) {
  const std::pair<const char*, std::string> keys[] = {{"integer", "7"},
                                                      {"bigint", "7"},
                                                      {"uuid", kUuid},
                                                      {"varchar(40)", "seven"},
                                                      {"text", "se\"v\\en"}};
  int tables = 0;
  for (const auto& [type, key] : keys) {
    const std::string table = absl::StrCat("account", ++tables);
    MakeUsers("acme." + table, type);
    database_.Execute("INSERT INTO acme." + table + " VALUES ('" + key +
                      "', 'alice', 'secret', true)");
    DjangoStore store(stack_.tenants, Tables(table));
    const auto found = FindUser(store, key);
    ASSERT_TRUE(found.ok() && found->has_value()) << type;
    EXPECT_EQ((*found)->key, key);
    EXPECT_EQ((*found)->id, "alice");
    EXPECT_EQ((*found)->password, "secret");
    EXPECT_TRUE((*found)->active);
    const std::vector<std::string> user_keys = {key};
    const auto present = Await<DjangoStore::Present>([&](auto done) {
      store.FindPresent(tenant_,
                        {{"unknown1", Sha256("data 0")},
                         {"present1", Sha256("data 1")},
                         {"present2", Sha256("data 1")},
                         {"expired1", Sha256("data 3")},
                         {"present2", Sha256("data 2")}},
                        user_keys, Soon(), std::move(done));
    });
    ASSERT_TRUE(present.ok()) << type << present.status();
    EXPECT_THAT(present->sessions, UnorderedElementsAre(Pair(1, std::nullopt), Pair(2, "data 2"),
                                                        Pair(4, std::nullopt)));
    EXPECT_THAT(present->passwords, UnorderedElementsAre(Pair(key, "secret")));
  }
}

TEST_F(DjangoStoreTest, TakesKeysOfAnotherTypeForUnknown) {
  MakeUsers("acme.auth_user", "integer");
  MakeUsers("acme.account", "uuid");
  for (const char* table : {"auth_user", "account"}) {
    DjangoStore store(stack_.tenants, Tables(table));
    for (const char* key : {"alice", "", "7' OR 1=1 --", "99999999999999999999", "7.5", "\xff"}) {
      const auto found = FindUser(store, key);
      ASSERT_TRUE(found.ok()) << key << found.status();
      EXPECT_FALSE(found->has_value());
    }
  }
}

TEST_F(DjangoStoreTest, TakesNullsForTheLess) {
  MakeUsers("acme.auth_user", "integer");
  database_.Execute("INSERT INTO acme.auth_user VALUES (7, 'alice', NULL, NULL)");
  DjangoStore store(stack_.tenants, Tables("auth_user"));
  EXPECT_EQ((*FindUser(store, "7"))->password, "");
  EXPECT_FALSE((*FindUser(store, "7"))->active);
}

TEST_F(DjangoStoreTest, ReadsTablesOfOneSchemaForAllTenants) {
  MakeUsers("public.auth_user", "integer");
  database_.Execute("INSERT INTO public.auth_user VALUES (7, 'alice', 'secret', false)");
  DjangoTables tables = Tables("public.auth_user");
  tables.user_active = std::nullopt;
  DjangoStore store(stack_.tenants, tables);
  ASSERT_TRUE(FindUser(store, "7").ok());
  EXPECT_TRUE((*FindUser(store, "7"))->active);
}

TEST_F(DjangoStoreTest, ReadsNoSessionsWhereNoneAreAskedFor) {
  MakeUsers("acme.auth_user", "integer");
  DjangoStore store(stack_.tenants, Tables("auth_user", "there_is_none"));
  const auto present = Await<DjangoStore::Present>(
      [&](auto done) { store.FindPresent(tenant_, {}, {"7"}, Soon(), std::move(done)); });
  ASSERT_TRUE(present.ok()) << present.status();
  EXPECT_TRUE(present->passwords.empty());
}

TEST_F(DjangoStoreTest, TwoStoresDontMistakeEachOthersStatements) {
  MakeUsers("acme.auth_user", "integer");
  MakeUsers("acme.account", "integer");
  database_.Execute("INSERT INTO acme.auth_user VALUES (7, 'alice', '', true)");
  database_.Execute("INSERT INTO acme.account VALUES (7, 'bob', '', true)");
  for (int i = 0; i < 3; ++i) {
    auto first = std::make_unique<DjangoStore>(stack_.tenants, Tables("auth_user"));
    EXPECT_EQ((*FindUser(*first, "7"))->id, "alice");
    first.reset();
    DjangoStore second(stack_.tenants, Tables("account"));
    EXPECT_EQ((*FindUser(second, "7"))->id, "bob");
  }
}

}  // namespace
}  // namespace chatter::store
