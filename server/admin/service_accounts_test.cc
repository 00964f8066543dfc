#include "server/admin/service_accounts.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <variant>

#include "server/base/crypto.h"
#include "server/model/errors.h"
#include "tests/support/await.h"
#include "tests/support/callers.h"
#include "tests/support/core_stack.h"
#include "tests/support/test_database.h"

namespace chatter::admin {
namespace {

using test::Await;
using test::CoreStack;
using test::TestDatabase;

// What the rules tell the nodes: that something has changed, or may have, whatever the answer was.
class ServiceAccountsTest : public testing::Test {
 protected:
  ServiceAccountsTest() {
    bus_.Listen([this](const bus::Message& message) {
      told_ += std::holds_alternative<bus::ServiceAccountsChanged>(message) ? 1 : 0;
    });
  }

  static ServiceAccount MakeAccount() {
    ServiceAccount account;
    account.name = "shop";
    account.scope.tenants = {"*"};
    account.scope.services = {"*"};
    return account;
  }
  // How often the nodes have been told since this was asked last.
  int Told() { return std::exchange(told_, 0); }
  absl::Status Set(const ServiceAccount& account) {
    return Await<ServiceAccount>(
               [&](auto done) { accounts_.Set(administrator_, account, std::move(done)); })
        .status();
  }
  absl::Status Delete(const std::string& name) {
    return Await<ServiceAccounts::Done>(
               [&](auto done) { accounts_.Delete(administrator_, name, std::move(done)); })
        .status();
  }
  absl::StatusOr<ServiceAccounts::CreatedKey> CreateKey(const std::string& account) {
    return Await<ServiceAccounts::CreatedKey>([&](auto done) {
      accounts_.CreateKey(administrator_, {.account = account, .ttl = {}, .overlap = {}},
                          std::move(done));
    });
  }
  absl::Status RevokeKey(const Sha256Digest& digest) {
    return Await<ServiceAccounts::Done>([&](auto done) {
             accounts_.RevokeKey(administrator_, ToHex(digest), std::move(done));
           })
        .status();
  }

  TestDatabase database_;
  const TenantKey acme_ = database_.AddTenant("acme");
  CoreStack stack_{database_.url()};
  store::ServiceAccountStore store_{stack_.control};
  int told_ = 0;
  bus::InProcessBus bus_;
  ServiceAccounts accounts_{store_, stack_.directory, bus_};
  const Administrator administrator_ = test::TheAdministrator();
  const ServiceAccount shop_ = MakeAccount();
};

TEST_F(ServiceAccountsTest, EachChangeIsTold) {
  EXPECT_EQ(Set(shop_), absl::OkStatus());
  EXPECT_EQ(Told(), 1);
  const auto key = CreateKey("shop");
  ASSERT_TRUE(key.ok()) << key.status();
  EXPECT_EQ(Told(), 1);
  EXPECT_EQ(RevokeKey(key->key.digest), absl::OkStatus());
  EXPECT_EQ(Told(), 1);
  EXPECT_EQ(Delete("shop"), absl::OkStatus());
  EXPECT_EQ(Told(), 1);
}

// It may be the repetition of a call whose answer, and what it told, were lost.
TEST_F(ServiceAccountsTest, WhatHasBeenDoneAlreadyIsToldAgain) {
  EXPECT_EQ(ReasonOf(Delete("shop")), v1::ERROR_REASON_SERVICE_ACCOUNT_NOT_FOUND);
  EXPECT_EQ(Told(), 1);
  EXPECT_EQ(ReasonOf(RevokeKey(Sha256("ck_"))), v1::ERROR_REASON_API_KEY_NOT_FOUND);
  EXPECT_EQ(Told(), 1);
}

TEST_F(ServiceAccountsTest, WhatIsRefusedForItsFormIsNotTold) {
  ServiceAccount nameless = shop_;
  nameless.name = "";
  EXPECT_EQ(ReasonOf(Set(nameless)), v1::ERROR_REASON_INVALID_FIELD);
  EXPECT_EQ(ReasonOf(CreateKey("No Name").status()), v1::ERROR_REASON_INVALID_FIELD);
  EXPECT_EQ(Told(), 0);
}

}  // namespace
}  // namespace chatter::admin
