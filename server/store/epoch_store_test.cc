#include "server/store/epoch_store.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "server/model/errors.h"
#include "tests/support/await.h"
#include "tests/support/core_stack.h"
#include "tests/support/test_database.h"

namespace chatter::store {
namespace {

using test::Await;
using test::Soon;

FoundEpoch FindEpoch(postgres::TenantDatabases& database, const TenantKey& tenant) {
  postgres::TenantDatabase::Transaction transaction{
      .statements = {}, .deadline = Soon(), .idempotent = true, .lane = postgres::Lane::kQuery};
  transaction.statements.push_back(FindEpochStatement(tenant));
  const auto found = Await<postgres::Database::Results>(
      [&](auto done) { database.For(tenant).Run(std::move(transaction), std::move(done)); });
  return ReadEpoch(found->front());
}

class EpochStoreTest : public testing::Test {
 protected:
  FoundEpoch Find() { return FindEpoch(stack_.tenants, tenant_); }
  absl::StatusOr<Epoch> Begin(const std::string& mark) {
    return Await<Epoch>([&](auto done) { epochs_.Begin(tenant_, mark, Soon(), std::move(done)); });
  }

  test::TestDatabase database_;
  const TenantKey tenant_ = database_.AddTenant("acme");
  test::CoreStack stack_{database_.url()};
  EpochStore epochs_{stack_.tenants};
};

TEST_F(EpochStoreTest, AnEpochLastsUntilAnotherIsBegun) {
  const FoundEpoch first = Find();
  EXPECT_FALSE(first.standby);
  EXPECT_EQ(Find().epoch, first.epoch);
  const Epoch second = *Begin("");
  EXPECT_NE(second, first.epoch);
  EXPECT_EQ(Find().epoch, second);
}

TEST_F(EpochStoreTest, ThoseWhoSawTheSameOneEndBeginOneTogether) {
  const std::string mark = Find().mark;
  const Epoch second = *Begin(mark);
  EXPECT_EQ(*Begin(mark), second);
}

TEST_F(EpochStoreTest, ATenantWithoutSettingsHasNoneToBegin) {
  database_.Execute("DELETE FROM acme.chatter_settings");
  EXPECT_EQ(ReasonOf(Begin("").status()), v1::ERROR_REASON_TENANT_BROKEN);
}

// A role that may not ask for the cluster's identity.
class NoHistory : public testing::Test {
 protected:
  NoHistory() {
    database_.AddTenant("acme");
    database_.Execute("REVOKE EXECUTE ON FUNCTION pg_catalog.pg_control_system() FROM PUBLIC");
    database_.Execute("CREATE ROLE " + role_ + " LOGIN PASSWORD 'test'");
    database_.Execute("GRANT USAGE ON SCHEMA chatter, acme TO " + role_);
    database_.Execute("GRANT ALL ON ALL TABLES IN SCHEMA chatter, acme TO " + role_);
  }
  ~NoHistory() override {
    database_.Execute("DROP OWNED BY " + role_);
    database_.Execute("DROP ROLE " + role_);
  }

  std::string url() const {
    const char* const separator = database_.url().find('?') == std::string::npos ? "?" : "&";
    return absl::StrCat(database_.url(), separator, "user=", role_, "&password=test");
  }

  test::TestDatabase database_;
  const std::string role_ = database_.name() + "_role";
};

TEST_F(NoHistory, AnEpochIsWhatIsStoredOfIt) {
  const TenantKey tenant = database_.Find("acme");
  test::CoreStack stack(url());
  const FoundEpoch first = FindEpoch(stack.tenants, tenant);
  EXPECT_EQ(first.epoch, first.mark.substr(0, 12));
  EpochStore epochs(stack.tenants);
  const auto second =
      Await<Epoch>([&](auto done) { epochs.Begin(tenant, "", Soon(), std::move(done)); });
  EXPECT_NE(*second, first.epoch);
  EXPECT_EQ(FindEpoch(stack.tenants, tenant).epoch, *second);
}

}  // namespace
}  // namespace chatter::store
