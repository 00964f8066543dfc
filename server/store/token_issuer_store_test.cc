#include "server/store/token_issuer_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "tests/support/await.h"
#include "tests/support/core_stack.h"
#include "tests/support/test_database.h"

namespace chatter::store {
namespace {

using test::Await;
using test::CoreStack;
using test::Soon;
using test::TestDatabase;
using testing::ElementsAre;
using testing::IsEmpty;

class TokenIssuerStoreTest : public testing::Test {
 protected:
  std::optional<TokenIssuer> Set(const TenantKey& tenant, const TokenIssuer& issuer, int max) {
    auto stored = Await<std::optional<TokenIssuer>>(
        [&](auto done) { store_.Set(tenant.name, issuer, max, Soon(), std::move(done)); });
    EXPECT_TRUE(stored.ok()) << stored.status();
    return *stored;
  }
  std::optional<TokenIssuer> Find(const TenantKey& tenant, const std::string& issuer) {
    return *Await<std::optional<TokenIssuer>>(
        [&](auto done) { store_.Find(tenant.name, issuer, Soon(), std::move(done)); });
  }
  std::vector<std::string> Names(const TenantKey& tenant) {
    const auto issuers = *Await<std::vector<TokenIssuer>>(
        [&](auto done) { store_.List(tenant.name, Soon(), std::move(done)); });
    std::vector<std::string> names;
    for (const TokenIssuer& issuer : issuers) names.push_back(issuer.issuer);
    return names;
  }
  bool Delete(const TenantKey& tenant, const std::string& issuer) {
    return *Await<bool>(
        [&](auto done) { store_.Delete(tenant.name, issuer, Soon(), std::move(done)); });
  }
  bool CreateUser(const TenantKey& tenant, const std::string& id, const std::string& name) {
    const auto created = Await<bool>(
        [&](auto done) { store_.CreateUser(tenant, id, name, Soon(), std::move(done)); });
    EXPECT_TRUE(created.ok()) << created.status();
    return *created;
  }
  std::optional<User> FindUser(const TenantKey& tenant, const std::string& id) {
    return *Await<std::optional<User>>(
        [&](auto done) { stack_.users.Find(tenant, id, Soon(), std::move(done)); });
  }

  TestDatabase database_;
  const TenantKey acme_ = database_.AddTenant("acme");
  const TenantKey globex_ = database_.AddTenant("globex");
  CoreStack stack_{database_.url()};
  TokenIssuerStore store_{stack_.control, stack_.tenants};
};

TEST_F(TokenIssuerStoreTest, RemembersAnIssuerOfATenant) {
  const TokenIssuer issuer{.issuer = "https://id.example",
                           .audience = "chat",
                           .jwks = "some keys",
                           .create_users = true};
  const auto stored = Set(acme_, issuer, 10);
  ASSERT_TRUE(stored.has_value());
  EXPECT_GT(stored->created_at, absl::UnixEpoch());
  const auto found = Find(acme_, "https://id.example");
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->issuer, "https://id.example");
  EXPECT_EQ(found->audience, "chat");
  EXPECT_EQ(found->jwks, "some keys");
  EXPECT_EQ(found->jwks_uri, "");
  EXPECT_TRUE(found->create_users);
  EXPECT_EQ(found->created_at, stored->created_at);
  EXPECT_EQ(Find(globex_, "https://id.example"), std::nullopt);
  EXPECT_EQ(Find(acme_, "https://id.exampl"), std::nullopt);
}

TEST_F(TokenIssuerStoreTest, ReplacesTheOneOfThatName) {
  const auto first = Set(acme_, {.issuer = "a", .audience = "chat", .jwks = "keys"}, 10);
  const auto second = Set(acme_, {.issuer = "a", .audience = "shop", .jwks_uri = "file:a"}, 10);
  EXPECT_EQ(second->audience, "shop");
  EXPECT_EQ(second->jwks, "");
  EXPECT_EQ(second->jwks_uri, "file:a");
  EXPECT_EQ(second->created_at, first->created_at);
  EXPECT_THAT(Names(acme_), ElementsAre("a"));
}

TEST_F(TokenIssuerStoreTest, HasABoundForEachTenant) {
  EXPECT_NE(Set(acme_, {.issuer = "b", .audience = "chat", .jwks = "keys"}, 2), std::nullopt);
  EXPECT_NE(Set(acme_, {.issuer = "a", .audience = "chat", .jwks = "keys"}, 2), std::nullopt);
  EXPECT_EQ(Set(acme_, {.issuer = "c", .audience = "chat", .jwks = "keys"}, 2), std::nullopt);
  EXPECT_NE(Set(acme_, {.issuer = "a", .audience = "shop", .jwks = "keys"}, 2), std::nullopt);
  EXPECT_NE(Set(globex_, {.issuer = "c", .audience = "chat", .jwks = "keys"}, 2), std::nullopt);
  EXPECT_THAT(Names(acme_), ElementsAre("a", "b"));
  EXPECT_THAT(Names(globex_), ElementsAre("c"));
}

TEST_F(TokenIssuerStoreTest, KeepsWhatTheTokensMean) {
  Set(acme_, {.issuer = "a", .audience = "chat", .jwks = "keys"}, 10);
  const auto stored = [&] {
    const auto found = Find(acme_, "a");
    return std::pair(found->user_claim, found->audience_may_be_absent);
  };
  EXPECT_EQ(stored(), std::pair(std::string(), false));
  Set(acme_,
      {.issuer = "a",
       .audience = "chat",
       .jwks = "keys",
       .user_claim = "upn",
       .audience_may_be_absent = true},
      10);
  EXPECT_EQ(stored(), std::pair(std::string("upn"), true));
}

TEST_F(TokenIssuerStoreTest, DeletesInItsTenantOnly) {
  Set(acme_, {.issuer = "a", .audience = "chat", .jwks = "keys"}, 10);
  EXPECT_FALSE(Delete(globex_, "a"));
  EXPECT_THAT(Names(acme_), ElementsAre("a"));
  EXPECT_TRUE(Delete(acme_, "a"));
  EXPECT_FALSE(Delete(acme_, "a"));
  EXPECT_THAT(Names(acme_), IsEmpty());
}

TEST_F(TokenIssuerStoreTest, CreatesAUserOnceAndLeavesItsNameAlone) {
  EXPECT_TRUE(CreateUser(acme_, "alice", "Alice"));
  EXPECT_FALSE(CreateUser(acme_, "alice", "Another"));
  EXPECT_EQ(FindUser(acme_, "alice")->display_name, "Alice");
  EXPECT_EQ(FindUser(globex_, "alice"), std::nullopt);
}

TEST_F(TokenIssuerStoreTest, CreatesNobodyAmongTheApplicationsUsers) {
  database_.Execute("UPDATE chatter.tenant SET user_source = 'x' WHERE schema_name = 'acme'");
  EXPECT_FALSE(CreateUser(acme_, "alice", "Alice"));
  EXPECT_EQ(database_.Execute("SELECT count(*) FROM acme.chatter_user"), "0");
  EXPECT_TRUE(CreateUser(globex_, "alice", "Alice"));
}

}  // namespace
}  // namespace chatter::store
