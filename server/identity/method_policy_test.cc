#include "server/identity/method_policy.h"

#include <gtest/gtest.h>

#include <memory>

#include "server/model/errors.h"

namespace chatter::identity {
namespace {

constexpr Callers kAll[] = {Callers::kAnybody, Callers::kAdministrator, Callers::kService,
                            Callers::kUser, Callers::kUserOrService};
constexpr char kMethod[] = "/shop.v1.CartService/GetCart";

TEST(MethodPolicies, KnowsWhatItWasGivenAndTheOpenServices) {
  const MethodPolicies policies({{kMethod, {Callers::kUser, Access::kReads}}});
  EXPECT_EQ(policies.Find(kMethod)->policy, (MethodPolicy{Callers::kUser, Access::kReads}));
  EXPECT_EQ(policies.Find("/grpc.health.v1.Health/Check")->policy.callers, Callers::kAnybody);
  for (const char* name : {"", "/", "/shop.v1.CartService/", "/shop.v1.CartService/getCart",
                           "shop.v1.CartService/GetCart", "/shop.v1.CartService/GetCart2"}) {
    EXPECT_EQ(policies.Find(name), nullptr) << name;
  }
}

v1::ErrorReason ReasonAgainst(const MethodPolicy& policy, const Principal& principal) {
  const absl::Status status = CheckPolicy(kMethod, policy, principal);
  if (status.ok()) return v1::ERROR_REASON_UNSPECIFIED;
  EXPECT_EQ(status.code(), absl::StatusCode::kPermissionDenied);
  return ReasonOf(status);
}

bool Allows(Callers callers, const Principal& principal) {
  const v1::ErrorReason reason = ReasonAgainst({callers, Access::kChanges}, principal);
  if (reason != v1::ERROR_REASON_UNSPECIFIED) {
    EXPECT_EQ(reason, v1::ERROR_REASON_CREDENTIAL_NOT_ALLOWED);
  }
  return reason == v1::ERROR_REASON_UNSPECIFIED;
}

Principal Service(ServiceScope scope, const std::string& user_id = "") {
  return {.credential = CredentialKind::kApiKey,
          .user_id = user_id,
          .service = "shop",
          .scope = std::make_shared<const ServiceScope>(std::move(scope))};
}

TEST(CheckPolicy, AsksForTheRightKindOfCaller) {
  const ServiceScope everything{.tenants = {"*"}, .services = {"*"}, .may_act_for_users = true};
  const Principal nobody;
  const Principal nameless{.credential = CredentialKind::kSession};
  const Principal user{.credential = CredentialKind::kSession, .user_id = "alice"};
  const Principal administrator{.credential = CredentialKind::kAdministratorKey,
                                .service = std::string(kAdministratorName)};
  Principal administrator_for_user = administrator;
  administrator_for_user.user_id = "alice";
  for (const Callers callers : kAll) {
    const bool anybody = callers == Callers::kAnybody;
    const bool users = anybody || callers == Callers::kUser || callers == Callers::kUserOrService;
    const bool services =
        anybody || callers == Callers::kService || callers == Callers::kUserOrService;
    EXPECT_EQ(Allows(callers, nobody), anybody);
    EXPECT_EQ(Allows(callers, nameless), anybody);
    EXPECT_EQ(Allows(callers, user), users);
    EXPECT_EQ(Allows(callers, administrator), callers != Callers::kUser);
    EXPECT_EQ(Allows(callers, administrator_for_user), users);
    EXPECT_EQ(Allows(callers, Service(everything)), services);
    EXPECT_EQ(Allows(callers, Service(everything, "alice")), users);
  }
}

TEST(CheckPolicy, KeepsAServiceWithinItsScope) {
  const MethodPolicy reads{Callers::kUserOrService, Access::kReads};
  const MethodPolicy changes{Callers::kUserOrService, Access::kChanges};
  for (const char* user_id : {"", "alice"}) {
    for (const char* service : {"*", "shop.v1.CartService"}) {
      EXPECT_EQ(ReasonAgainst(changes, Service({.services = {service}}, user_id)),
                v1::ERROR_REASON_UNSPECIFIED);
    }
    for (const char* service : {"shop.v1.Cart", "shop.v1.CartService2", ""}) {
      EXPECT_EQ(ReasonAgainst(reads, Service({.services = {service}}, user_id)),
                v1::ERROR_REASON_OUT_OF_SCOPE);
    }
    EXPECT_EQ(ReasonAgainst(reads, Service({.services = {}}, user_id)),
              v1::ERROR_REASON_OUT_OF_SCOPE);
    const Principal reader = Service({.services = {"*"}, .read_only = true}, user_id);
    EXPECT_EQ(ReasonAgainst(reads, reader), v1::ERROR_REASON_UNSPECIFIED);
    EXPECT_EQ(ReasonAgainst(changes, reader), v1::ERROR_REASON_OUT_OF_SCOPE);
  }
}

}  // namespace
}  // namespace chatter::identity
