#include "server/store/service_account_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "server/model/errors.h"
#include "server/store/migrator.h"
#include "server/store/tenant_maker.h"
#include "server/store/tenant_purger.h"
#include "tests/support/await.h"
#include "tests/support/core_stack.h"
#include "tests/support/test_database.h"

namespace chatter::store {
namespace {

using test::Await;
using test::CoreStack;
using test::Soon;
using test::TestDatabase;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using Identities = std::vector<std::optional<ServiceIdentity>>;

class ServiceAccountStoreTest : public ::testing::Test {
 protected:
  absl::StatusOr<ServiceAccount> Set(const ServiceAccount& account) {
    return Await<ServiceAccount>([&](auto done) { store_.Set(account, Soon(), std::move(done)); });
  }
  ServiceAccountStore::CreatedKey CreateKey(const ServiceAccountStore::NewKey& key) {
    return *Await<ServiceAccountStore::CreatedKey>(
        [&](auto done) { store_.CreateKey(key, Soon(), std::move(done)); });
  }
  std::vector<ApiKey> ListKeys(const std::string& account) {
    return (*Await<std::optional<std::vector<ApiKey>>>(
                [&](auto done) { store_.ListKeys(account, Soon(), std::move(done)); }))
        .value();
  }
  std::optional<ServiceIdentity> Find(std::string_view key) {
    return (*Await<Identities>(
                [&](auto done) { store_.FindByKeys({Sha256(key)}, Soon(), std::move(done)); }))
        .at(0);
  }
  std::vector<std::string> FindByCertificate(const std::vector<std::string>& names) {
    const auto found = *Await<std::vector<ServiceIdentity>>(
        [&](auto done) { store_.FindByCertificate(names, Soon(), std::move(done)); });
    std::vector<std::string> accounts;
    for (const ServiceIdentity& identity : found) accounts.push_back(identity.account);
    return accounts;
  }
  static ServiceAccount Shop() {
    return {.name = "shop",
            .scope = {.tenants = {"acme"},
                      .services = {"chatter.v1.RoomService", "chatter.v1.ChatService"},
                      .may_act_for_users = true}};
  }

  TestDatabase database_;
  CoreStack stack_{database_.url()};
  ServiceAccountStore store_{stack_.control};
};

TEST_F(ServiceAccountStoreTest, KeepsAccounts) {
  ServiceAccount shop = Shop();
  shop.certificate_names = {"spiffe://example/shop", "shop.example"};
  const auto stored = Set(shop);
  ASSERT_TRUE(stored.ok());
  EXPECT_EQ(stored->scope.tenants, shop.scope.tenants);
  EXPECT_EQ(stored->scope.services, shop.scope.services);
  EXPECT_TRUE(stored->scope.may_act_for_users);
  EXPECT_FALSE(stored->scope.read_only);
  EXPECT_THAT(stored->certificate_names, ElementsAre("shop.example", "spiffe://example/shop"));

  shop.scope = {.tenants = {"*"}, .services = {"*"}, .read_only = true};
  shop.certificate_names = {"shop.example", "10.0.0.7"};
  ASSERT_TRUE(Set({.name = "another", .scope = shop.scope}).ok());
  const auto changed = Set(shop);
  EXPECT_EQ(changed->created_at, stored->created_at);
  EXPECT_TRUE(changed->scope.read_only);
  EXPECT_FALSE(changed->scope.may_act_for_users);
  EXPECT_THAT(changed->certificate_names, ElementsAre("10.0.0.7", "shop.example"));

  const auto list = [&](const std::string& after, int limit) {
    const auto accounts = *Await<std::vector<ServiceAccount>>(
        [&](auto done) { store_.List(after, limit, Soon(), std::move(done)); });
    std::vector<std::string> names;
    for (const ServiceAccount& account : accounts) names.push_back(account.name);
    return names;
  };
  EXPECT_THAT(list("", 10), ElementsAre("another", "shop"));
  EXPECT_THAT(list("", 1), ElementsAre("another"));
  EXPECT_THAT(list("another", 10), ElementsAre("shop"));
}

TEST_F(ServiceAccountStoreTest, FindsWhoseAKeyIs) {
  ASSERT_TRUE(Set(Shop()).ok());
  const auto created = CreateKey({.digest = Sha256("key"), .account = "shop"});
  ASSERT_TRUE(created.key.has_value());
  EXPECT_EQ(created.key->expires_at, absl::InfiniteFuture());
  EXPECT_EQ(created.key->last_used_at, std::nullopt);

  const auto found = Find("key");
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->account, "shop");
  EXPECT_THAT(found->scope.tenants, ElementsAre("acme"));
  EXPECT_EQ(found->expires_at, absl::InfiniteFuture());
  EXPECT_FALSE(Find("another").has_value());
  ASSERT_THAT(ListKeys("shop"), SizeIs(1));
  // Written down after the answer.
  while (!ListKeys("shop")[0].last_used_at.has_value()) std::this_thread::yield();
}

TEST_F(ServiceAccountStoreTest, FindsSeveralKeysInTheirPlaces) {
  ASSERT_TRUE(Set(Shop()).ok());
  ASSERT_TRUE(Set({.name = "other", .scope = Shop().scope}).ok());
  CreateKey({.digest = Sha256("one"), .account = "shop"});
  CreateKey({.digest = Sha256("two"), .account = "other"});
  const auto found = *Await<Identities>([&](auto done) {
    store_.FindByKeys({Sha256("two"), Sha256("none"), Sha256("one"), Sha256("two")}, Soon(),
                      std::move(done));
  });
  ASSERT_THAT(found, SizeIs(4));
  EXPECT_EQ(found[0]->account, "other");
  EXPECT_FALSE(found[1].has_value());
  EXPECT_EQ(found[2]->account, "shop");
  EXPECT_EQ(found[3]->account, "other");
}

TEST_F(ServiceAccountStoreTest, AChangeOfTheAccountShows) {
  ASSERT_TRUE(Set(Shop()).ok());
  CreateKey({.digest = Sha256("key"), .account = "shop"});
  const absl::Time before = Find("key")->changed_at;
  EXPECT_EQ(Find("key")->changed_at, before);
  ASSERT_TRUE(Set(Shop()).ok());
  EXPECT_GT(Find("key")->changed_at, before);
  const auto again = *Await<Identities>([&](auto done) {
    store_.Find({"nobody", "shop"}, Soon(), std::move(done));
  });
  EXPECT_FALSE(again[0].has_value());
  EXPECT_EQ(again[1]->changed_at, Find("key")->changed_at);
}

TEST_F(ServiceAccountStoreTest, KeysEndByTimeByRevocationAndWithTheirAccount) {
  ASSERT_TRUE(Set(Shop()).ok());
  for (const char* key : {"expired", "revoked", "orphaned"}) {
    CreateKey({.digest = Sha256(key), .account = "shop", .ttl = absl::Hours(1)});
    EXPECT_TRUE(Find(key).has_value());
  }
  database_.Execute(absl::StrCat(
      "UPDATE chatter.api_key SET expires_at = now() WHERE token_digest = sha256('expired')"));
  EXPECT_FALSE(Find("expired").has_value());
  const auto revoke = [&](const char* key) {
    return *Await<bool>([&](auto done) { store_.RevokeKey(Sha256(key), Soon(), std::move(done)); });
  };
  EXPECT_TRUE(revoke("revoked"));
  EXPECT_FALSE(revoke("revoked"));
  EXPECT_FALSE(revoke("expired"));
  EXPECT_FALSE(Find("revoked").has_value());
  EXPECT_THAT(ListKeys("shop"), SizeIs(1));
  const auto remove = [&] {
    return *Await<bool>([&](auto done) { store_.Delete("shop", Soon(), std::move(done)); });
  };
  EXPECT_TRUE(remove());
  EXPECT_FALSE(remove());
  EXPECT_FALSE(Find("orphaned").has_value());
}

TEST_F(ServiceAccountStoreTest, RotatesKeysWithAnOverlap) {
  ASSERT_TRUE(Set(Shop()).ok());
  ASSERT_TRUE(Set({.name = "other", .scope = Shop().scope}).ok());
  CreateKey({.digest = Sha256("old"), .account = "shop"});
  CreateKey({.digest = Sha256("short"), .account = "shop", .ttl = absl::Minutes(1)});
  CreateKey({.digest = Sha256("of another"), .account = "other"});
  CreateKey({.digest = Sha256("new"), .account = "shop", .overlap = absl::Hours(1)});
  EXPECT_LT(Find("old")->expires_at, absl::Now() + absl::Hours(2));
  EXPECT_GT(Find("old")->expires_at, absl::Now());
  EXPECT_LT(Find("short")->expires_at, absl::Now() + absl::Minutes(2));
  EXPECT_EQ(Find("new")->expires_at, absl::InfiniteFuture());
  EXPECT_EQ(Find("of another")->expires_at, absl::InfiniteFuture());
  CreateKey({.digest = Sha256("newest"), .account = "shop", .overlap = absl::ZeroDuration()});
  EXPECT_FALSE(Find("old").has_value());
  EXPECT_FALSE(Find("new").has_value());
  EXPECT_TRUE(Find("newest").has_value());
}

TEST_F(ServiceAccountStoreTest, BoundsTheKeysOfAnAccount) {
  ASSERT_TRUE(Set(Shop()).ok());
  for (int i = 0; i < ServiceAccountStore::kMaxKeysPerAccount; ++i) {
    EXPECT_TRUE(CreateKey({.digest = Sha256(absl::StrCat(i)), .account = "shop"}).key.has_value());
  }
  const auto one_more = CreateKey({.digest = Sha256("more"), .account = "shop"});
  EXPECT_TRUE(one_more.account_found);
  EXPECT_FALSE(one_more.key.has_value());
  EXPECT_TRUE(CreateKey({.digest = Sha256("0"), .account = "shop"}).key.has_value()) << "a retry";
  database_.Execute(
      "UPDATE chatter.api_key SET expires_at = now() WHERE token_digest = sha256('1')");
  EXPECT_TRUE(CreateKey({.digest = Sha256("more"), .account = "shop"}).key.has_value());
  EXPECT_FALSE(CreateKey({.digest = Sha256("x"), .account = "nobody"}).account_found);
}

TEST_F(ServiceAccountStoreTest, ACertificateNameStandsForOneAccount) {
  ServiceAccount shop = Shop();
  shop.certificate_names = {"shop.example", "spare.example"};
  ASSERT_TRUE(Set(shop).ok());
  ServiceAccount other{.name = "other", .scope = shop.scope, .certificate_names = {"shop.example"}};
  EXPECT_TRUE(absl::IsAlreadyExists(Set(other).status()));
  other.certificate_names = {"other.example"};
  ASSERT_TRUE(Set(other).ok());
  EXPECT_THAT(FindByCertificate({"unknown", "shop.example", "spare.example"}), ElementsAre("shop"));
  EXPECT_THAT(FindByCertificate({"unknown"}), IsEmpty());
  EXPECT_THAT(FindByCertificate({"other.example", "shop.example"}), ElementsAre("other", "shop"));
  shop.certificate_names = {};
  ASSERT_TRUE(Set(shop).ok());
  EXPECT_THAT(FindByCertificate({"shop.example"}), IsEmpty());
}

// Its name may become another tenant's.
TEST_F(ServiceAccountStoreTest, APurgedTenantIsTakenOutOfTheAccounts) {
  const Migrator migrator({.database_url = database_.url()});
  const SessionSource sessions(database_.url(), "test");
  const TenantMaker maker(migrator, sessions);
  const Tenant acme{.schema_name = *SchemaName::Parse("acme"),
                    .display_name = "",
                    .domains = {},
                    .created_at = {}};
  ASSERT_TRUE(maker.Create(acme, Sha256("first")).ok());
  EXPECT_EQ(Find("first")->account, "acme");
  EXPECT_THAT(Find("first")->scope.tenants, ElementsAre("acme"));
  EXPECT_EQ(ReasonOf(maker
                         .Create({.schema_name = *SchemaName::Parse("administrator"),
                                  .display_name = "",
                                  .domains = {},
                                  .created_at = {}},
                                 Sha256("x"))
                         .status()),
            v1::ERROR_REASON_SERVICE_ACCOUNT_EXISTS);
  ServiceAccount both = Shop();
  both.scope.tenants = {"acme", "globex"};
  ASSERT_TRUE(Set(both).ok());
  CreateKey({.digest = Sha256("key"), .account = "shop"});
  database_.Execute("UPDATE chatter.tenant SET state = 3, purge_at = now()");
  EXPECT_EQ(*TenantPurger(sessions).Run(), 1);
  EXPECT_FALSE(Find("first").has_value());
  EXPECT_THAT(Find("key")->scope.tenants, ElementsAre("globex"));
}

}  // namespace
}  // namespace chatter::store
