#include "server/admin/tenants.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "server/model/errors.h"
#include "server/store/migrator.h"
#include "tests/support/await.h"
#include "tests/support/callers.h"
#include "tests/support/core_stack.h"
#include "tests/support/test_database.h"

namespace chatter::admin {
namespace {

using test::Await;
using test::CoreStack;
using test::TestDatabase;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class TenantsTest : public testing::Test {
 protected:
  TenantsTest() {
    bus_.Listen([this](bus::Message message) {
      told_.push_back(std::get<bus::TenantChanged>(std::move(message)));
    });
  }

  absl::StatusOr<Tenants::Made> Create(std::string name, std::vector<std::string> domains = {}) {
    return Await<Tenants::Made>([&](auto done) {
      tenants_.Create(
          administrator_,
          {.schema_name = std::move(name), .display_name = "", .domains = std::move(domains)},
          std::move(done));
    });
  }

  TestDatabase database_;
  CoreStack stack_{database_.url()};
  store::Migrator migrator_{{.database_url = database_.url()}};
  store::TenantStore store_{stack_.control};
  const store::TenantMaker maker_{migrator_, stack_.schema_sessions};
  std::vector<bus::TenantChanged> told_;
  bus::InProcessBus bus_;
  Tenants tenants_{{.tenants = store_, .maker = maker_, .bus = bus_, .clock = Clock::Real()}};
  const Administrator administrator_ = test::TheAdministrator();
};

TEST_F(TenantsTest, WhoeverLookedForATenantBeforeItWasMadeIsTold) {
  ASSERT_TRUE(Create("acme", {"acme.example", "chat.acme.example"}).ok());
  ASSERT_THAT(told_, SizeIs(1));
  EXPECT_EQ(told_[0].name.text(), "acme");
  EXPECT_THAT(told_[0].domains, ElementsAre("acme.example", "chat.acme.example"));
}

TEST_F(TenantsTest, NothingIsToldWhereNothingIsMade) {
  EXPECT_EQ(ReasonOf(Create("pg_acme").status()), v1::ERROR_REASON_INVALID_FIELD);
  database_.Execute("CREATE SCHEMA globex");
  EXPECT_EQ(ReasonOf(Create("globex").status()), v1::ERROR_REASON_SCHEMA_EXISTS);
  EXPECT_THAT(told_, IsEmpty());
}

TEST_F(TenantsTest, NoneIsMadeWhileTheServerGoesAway) {
  tenants_.Drain();
  EXPECT_EQ(ReasonOf(Create("acme").status()), v1::ERROR_REASON_DRAINING);
  EXPECT_THAT(told_, IsEmpty());
}

}  // namespace
}  // namespace chatter::admin
