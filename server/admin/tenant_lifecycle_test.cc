#include "server/admin/tenant_lifecycle.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "server/identity/store_lookups.h"
#include "server/model/errors.h"
#include "server/postgres/database.h"
#include "server/postgres/databases.h"
#include "server/store/lazy_migrator.h"
#include "server/store/tenant_maker.h"
#include "server/store/tenant_store.h"
#include "tests/support/await.h"
#include "tests/support/callers.h"
#include "tests/support/fake_clock.h"
#include "tests/support/test_database.h"

namespace chatter::admin {
namespace {

using test::Await;
using testing::ElementsAre;
using testing::IsEmpty;

class TenantLifecycleTest : public testing::Test {
 protected:
  TenantLifecycleTest() {
    // The lookups' deadlines are by this clock, and the database has to meet them.
    clock_.Advance(absl::Hours(1));
    bus_.Listen([this](bus::Message message) {
      const auto& changed = std::get<bus::TenantChanged>(message);
      directory_.Forget(changed.name, changed.domains);
    });
    Make("acme", {"acme.example", "chat.acme.example"});
    Make("globex", {"globex.example"});
  }
  ~TenantLifecycleTest() override { database_->Stop(); }

  void Make(std::string_view name, std::vector<std::string> domains) {
    ASSERT_TRUE(store::TenantMaker(migrator_, sessions_)
                    .Create({.schema_name = *SchemaName::Parse(name),
                             .display_name = "Name",
                             .domains = std::move(domains),
                             .created_at = {}})
                    .ok());
  }
  struct Update {
    std::string schema_name;
    std::string display_name;
    std::vector<std::string> domains;
    std::vector<std::string> fields;
  };
  absl::StatusOr<Tenant> Change(const Update& update) {
    v1::UpdateTenantRequest request;
    request.mutable_tenant()->set_schema_name(update.schema_name);
    request.mutable_tenant()->set_display_name(update.display_name);
    *request.mutable_tenant()->mutable_domains() = {update.domains.begin(), update.domains.end()};
    for (const std::string& field : update.fields) request.mutable_update_mask()->add_paths(field);
    return Await<Tenant>(
        [&](auto done) { rules_.Change(administrator_, request, std::move(done)); });
  }
  absl::StatusOr<Tenant> SetDomains(std::vector<std::string> domains) {
    return Change({.schema_name = "acme",
                   .display_name = {},
                   .domains = std::move(domains),
                   .fields = {"domains"}});
  }
  absl::StatusOr<Tenant> RenameDomain(const std::string& from, const std::string& to) {
    return Await<Tenant>(
        [&](auto done) { rules_.RenameDomain(administrator_, "acme", from, to, std::move(done)); });
  }
  absl::StatusOr<Tenant> Suspend(const std::string& reason) {
    return Await<Tenant>(
        [&](auto done) { rules_.Suspend(administrator_, "acme", reason, std::move(done)); });
  }
  absl::StatusOr<Tenant> Resume() {
    return Await<Tenant>(
        [&](auto done) { rules_.Resume(administrator_, "acme", std::move(done)); });
  }
  absl::StatusOr<Tenant> Delete(std::optional<absl::Duration> grace = std::nullopt) {
    return Await<Tenant>(
        [&](auto done) { rules_.Delete(administrator_, "acme", grace, std::move(done)); });
  }
  absl::StatusOr<Tenant> Undelete() {
    return Await<Tenant>(
        [&](auto done) { rules_.Undelete(administrator_, "acme", std::move(done)); });
  }
  // Whether a call that names it would get to the tenant, and else why not.
  v1::ErrorReason ResolveReason(const identity::TenantHint& hint) {
    const auto resolved = Await<identity::ResolvedTenant>(
        [&](auto done) { directory_.Resolve(hint, std::move(done)); });
    return ReasonOf(resolved.ok() ? resolved->refusal : resolved.status());
  }
  v1::ErrorReason ResolveHost(const std::string& host) {
    return ResolveReason({.name = {}, .host = host});
  }
  v1::ErrorReason ResolveName() { return ResolveReason({.name = "acme", .host = {}}); }

  test::TestDatabase test_database_;
  // Stands still: what the directory has cached stays there unless it is told to forget it.
  test::FakeClock clock_;
  const store::SessionSource sessions_{test_database_.url(), "test"};
  const store::Migrator migrator_{{.database_url = test_database_.url()}};
  store::LazyMigrator lazy_migrator_{{}, migrator_, clock_};
  std::unique_ptr<postgres::Database> database_ =
      *postgres::Database::Create({.url = test_database_.url()}, [](bool) {});
  postgres::ControlDatabase control_{*database_};
  store::TenantStore tenants_{control_};
  store::TenantChanges changes_{control_};
  identity::TenantDirectory directory_{{}, identity::LookupsIn(tenants_, lazy_migrator_), clock_};
  bus::InProcessBus bus_;
  TenantLifecycle rules_{{.changes = changes_, .tenants = directory_, .bus = bus_}};
  const Administrator administrator_ = test::TheAdministrator();
};

TEST_F(TenantLifecycleTest, ATenantIsSuspendedAtOnceAndResumes) {
  EXPECT_EQ(ResolveName(), v1::ERROR_REASON_UNSPECIFIED);
  EXPECT_EQ(ResolveHost("acme.example"), v1::ERROR_REASON_UNSPECIFIED);
  const auto suspended = Suspend("The bill isn't paid.");
  ASSERT_TRUE(suspended.ok()) << suspended.status();
  EXPECT_EQ(suspended->state, TenantState::kSuspended);
  EXPECT_EQ(suspended->state_reason, "The bill isn't paid.");
  EXPECT_EQ(ResolveName(), v1::ERROR_REASON_TENANT_SUSPENDED);
  EXPECT_EQ(ResolveHost("acme.example"), v1::ERROR_REASON_TENANT_SUSPENDED);
  EXPECT_EQ(ResolveHost("globex.example"), v1::ERROR_REASON_UNSPECIFIED);
  EXPECT_EQ(Suspend("Another reason.")->state_reason, "Another reason.");

  const auto resumed = Resume();
  ASSERT_TRUE(resumed.ok());
  EXPECT_EQ(resumed->state, TenantState::kActive);
  EXPECT_EQ(resumed->state_reason, "");
  EXPECT_EQ(ResolveName(), v1::ERROR_REASON_UNSPECIFIED);
  EXPECT_TRUE(Resume().ok()) << "again is no error";
}

TEST_F(TenantLifecycleTest, ADeletedTenantIsGoneAndComesBack) {
  EXPECT_EQ(ResolveName(), v1::ERROR_REASON_UNSPECIFIED);
  const auto deleted = Delete();
  ASSERT_TRUE(deleted.ok());
  EXPECT_EQ(deleted->state, TenantState::kDeleted);
  const absl::Duration grace = deleted->purge_at - absl::Now();
  EXPECT_GT(grace, absl::Hours(24 * 7 - 1));
  EXPECT_LE(grace, absl::Hours(24 * 7 + 1));
  EXPECT_EQ(ResolveName(), v1::ERROR_REASON_TENANT_NOT_FOUND);

  for (const absl::Status& refused :
       {Suspend("x").status(), Resume().status(), SetDomains({}).status(),
        RenameDomain("acme.example", "new.example").status()}) {
    EXPECT_EQ(refused.code(), absl::StatusCode::kFailedPrecondition);
    EXPECT_EQ(ReasonOf(refused), v1::ERROR_REASON_TENANT_STATE);
  }
  const auto back = Undelete();
  ASSERT_TRUE(back.ok());
  EXPECT_EQ(back->state, TenantState::kActive);
  EXPECT_EQ(back->purge_at, absl::InfiniteFuture());
  EXPECT_THAT(back->domains, ElementsAre("acme.example", "chat.acme.example"));
  EXPECT_EQ(ResolveName(), v1::ERROR_REASON_UNSPECIFIED);
}

TEST_F(TenantLifecycleTest, ASuspendedTenantComesBackSuspended) {
  ASSERT_TRUE(Suspend("Abuse.").ok());
  ASSERT_TRUE(Delete().ok());
  const auto back = Undelete();
  ASSERT_TRUE(back.ok());
  EXPECT_EQ(back->state, TenantState::kSuspended);
  EXPECT_EQ(back->state_reason, "Abuse.");
}

TEST_F(TenantLifecycleTest, NothingComesBackAfterItsGrace) {
  ASSERT_TRUE(Delete(absl::ZeroDuration()).ok());
  EXPECT_EQ(ReasonOf(Undelete().status()), v1::ERROR_REASON_TENANT_STATE);
  EXPECT_TRUE(Delete(absl::Hours(1)).ok()) << "the grace is counted anew";
  EXPECT_TRUE(Undelete().ok());
}

TEST_F(TenantLifecycleTest, SetsTheFieldsOfTheMaskOnly) {
  const auto renamed = Change({.schema_name = "acme",
                               .display_name = "New",
                               .domains = {"ignored.example"},
                               .fields = {"display_name"}});
  ASSERT_TRUE(renamed.ok()) << renamed.status();
  EXPECT_EQ(renamed->display_name, "New");
  EXPECT_THAT(renamed->domains, ElementsAre("acme.example", "chat.acme.example"));

  EXPECT_EQ(ResolveHost("acme.example"), v1::ERROR_REASON_UNSPECIFIED);
  EXPECT_EQ(ResolveHost("new.example"), v1::ERROR_REASON_TENANT_NOT_FOUND);
  const auto moved = SetDomains({"chat.acme.example", "new.example"});
  ASSERT_TRUE(moved.ok()) << moved.status();
  EXPECT_EQ(moved->display_name, "New");
  EXPECT_THAT(moved->domains, ElementsAre("chat.acme.example", "new.example"));
  EXPECT_EQ(ResolveHost("acme.example"), v1::ERROR_REASON_TENANT_NOT_FOUND);
  EXPECT_EQ(ResolveHost("new.example"), v1::ERROR_REASON_UNSPECIFIED);
  EXPECT_THAT(SetDomains({})->domains, IsEmpty());
}

TEST_F(TenantLifecycleTest, ADomainHasOneTenant) {
  const auto taken = SetDomains({"new.example", "globex.example"});
  EXPECT_EQ(taken.status().code(), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(ReasonOf(taken.status()), v1::ERROR_REASON_TENANT_EXISTS);
  EXPECT_EQ(ReasonOf(RenameDomain("acme.example", "globex.example").status()),
            v1::ERROR_REASON_TENANT_EXISTS);
  EXPECT_THAT(Resume()->domains, ElementsAre("acme.example", "chat.acme.example"))
      << "nothing may have changed";
  EXPECT_EQ(ResolveHost("new.example"), v1::ERROR_REASON_TENANT_NOT_FOUND);
}

TEST_F(TenantLifecycleTest, RenamesADomain) {
  EXPECT_EQ(ResolveHost("acme.example"), v1::ERROR_REASON_UNSPECIFIED);
  EXPECT_EQ(ResolveHost("new.example"), v1::ERROR_REASON_TENANT_NOT_FOUND);
  for (int i = 0; i < 2; ++i) {  // as a client whose first answer was lost
    const auto renamed = RenameDomain("acme.example", "new.example");
    ASSERT_TRUE(renamed.ok()) << renamed.status();
    EXPECT_THAT(renamed->domains, ElementsAre("chat.acme.example", "new.example"));
  }
  EXPECT_EQ(ResolveHost("acme.example"), v1::ERROR_REASON_TENANT_NOT_FOUND);
  EXPECT_EQ(ResolveHost("new.example"), v1::ERROR_REASON_UNSPECIFIED);
  EXPECT_EQ(ReasonOf(RenameDomain("globex.example", "other.example").status()),
            v1::ERROR_REASON_DOMAIN_NOT_FOUND);
}

TEST_F(TenantLifecycleTest, ChecksEveryField) {
  const auto reason = [](const absl::StatusOr<Tenant>& result) {
    return ReasonOf(result.status());
  };
  EXPECT_EQ(reason(Suspend("")), v1::ERROR_REASON_INVALID_FIELD);
  EXPECT_EQ(reason(Suspend(std::string(257, 'x'))), v1::ERROR_REASON_INVALID_FIELD);
  EXPECT_TRUE(Suspend(std::string(256, 'x')).ok());
  EXPECT_EQ(reason(Delete(absl::Hours(-1))), v1::ERROR_REASON_INVALID_FIELD);
  EXPECT_EQ(reason(Delete(absl::Hours(24) * 90 + absl::Seconds(1))),
            v1::ERROR_REASON_INVALID_FIELD);
  EXPECT_EQ(reason(RenameDomain("", "a.example")), v1::ERROR_REASON_INVALID_FIELD);
  EXPECT_EQ(reason(RenameDomain("acme.example", "a b")), v1::ERROR_REASON_INVALID_FIELD);
  EXPECT_EQ(reason(SetDomains({"a:1"})), v1::ERROR_REASON_INVALID_FIELD);
  EXPECT_EQ(
      reason(Change({.schema_name = "acme", .display_name = {}, .domains = {}, .fields = {}})),
      v1::ERROR_REASON_INVALID_FIELD);
  EXPECT_EQ(
      reason(Change(
          {.schema_name = "acme", .display_name = {}, .domains = {}, .fields = {"schema_name"}})),
      v1::ERROR_REASON_INVALID_FIELD);
  EXPECT_EQ(reason(Change({.schema_name = "nobody",
                           .display_name = {},
                           .domains = {},
                           .fields = {"display_name"}})),
            v1::ERROR_REASON_TENANT_NOT_FOUND);
}

}  // namespace
}  // namespace chatter::admin
