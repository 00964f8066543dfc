#include "server/model/caller.h"

#include <gtest/gtest.h>

#include <string>

#include "server/model/errors.h"

namespace chatter {
namespace {

struct Kind {
  std::string name;
  Caller caller;
  bool tenants = false;
  bool user = false;
  bool service = false;
  bool administrator = false;
};

Caller In(std::optional<TenantKey> tenant, CredentialKind credential, const std::string& user_id,
          const std::string& service) {
  return {.tenant = std::move(tenant),
          .principal = {.credential = credential, .user_id = user_id, .service = service}};
}

std::vector<Kind> Kinds() {
  const TenantKey acme{*SchemaName::Parse("acme"), 1};
  using enum CredentialKind;
  return {
      {.name = "nobody", .caller = In(acme, kNone, "alice", "shop")},
      {.name = "without a name", .caller = In(acme, kSession, "", "")},
      {.name = "user", .caller = In(acme, kSession, "alice", ""), .tenants = true, .user = true},
      {.name = "user of no tenant", .caller = In(std::nullopt, kSession, "alice", "")},
      {.name = "service for a user",
       .caller = In(acme, kApiKey, "alice", "shop"),
       .tenants = true,
       .user = true},
      {.name = "service",
       .caller = In(acme, kApiKey, "", "shop"),
       .tenants = true,
       .service = true},
      {.name = "service of no tenant", .caller = In(std::nullopt, kApiKey, "", "shop")},
      {.name = "administrator",
       .caller = In(std::nullopt, kAdministratorKey, "", std::string(kAdministratorName)),
       .administrator = true},
      {.name = "administrator in a tenant",
       .caller = In(acme, kAdministratorKey, "", std::string(kAdministratorName)),
       .tenants = true,
       .service = true,
       .administrator = true},
      {.name = "administrator for a user",
       .caller = In(acme, kAdministratorKey, "alice", std::string(kAdministratorName)),
       .tenants = true,
       .user = true},
  };
}

TEST(CallerTest, IsWhatItWasFoundToBeAndNothingElse) {
  for (const Kind& kind : Kinds()) {
    EXPECT_EQ(TenantCaller::Of(kind.caller).ok(), kind.tenants) << kind.name;
    EXPECT_EQ(UserCaller::Of(kind.caller).ok(), kind.user) << kind.name;
    EXPECT_EQ(ServiceCaller::Of(kind.caller).ok(), kind.service) << kind.name;
    EXPECT_EQ(Administrator::Of(kind.caller).ok(), kind.administrator) << kind.name;
  }
}

TEST(CallerTest, IsToldWhatIsMissing) {
  const TenantKey acme{*SchemaName::Parse("acme"), 1};
  EXPECT_EQ(ReasonOf(UserCaller::Of(In(acme, CredentialKind::kNone, "", "")).status()),
            v1::ERROR_REASON_CREDENTIAL_REQUIRED);
  EXPECT_EQ(
      ReasonOf(UserCaller::Of(In(std::nullopt, CredentialKind::kSession, "alice", "")).status()),
      v1::ERROR_REASON_TENANT_REQUIRED);
  EXPECT_EQ(ReasonOf(ServiceCaller::Of(In(acme, CredentialKind::kSession, "alice", "")).status()),
            v1::ERROR_REASON_CREDENTIAL_NOT_ALLOWED);
}

// An id that is missing gives nobody a service's power.
TEST(CallerTest, AnAskerWithoutAnIdIsNoService) {
  EXPECT_FALSE(Asker::User("").is_service());
  EXPECT_TRUE(Asker::Service().is_service());
}

TEST(CallerTest, WhetherAServiceActsForUsersIsItsScopes) {
  const TenantKey acme{*SchemaName::Parse("acme"), 1};
  Caller caller = In(acme, CredentialKind::kApiKey, "", "shop");
  EXPECT_TRUE(ServiceCaller::Of(caller)->CheckActsForUsers().ok());
  caller.principal.scope = std::make_shared<const ServiceScope>();
  EXPECT_EQ(ReasonOf(ServiceCaller::Of(caller)->CheckActsForUsers()),
            v1::ERROR_REASON_OUT_OF_SCOPE);
}

}  // namespace
}  // namespace chatter
