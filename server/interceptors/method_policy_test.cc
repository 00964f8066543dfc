#include "server/interceptors/method_policy.h"

#include <google/protobuf/descriptor.h>
#include <gtest/gtest.h>

#include <string>

#include "chatter/v1/chat.pb.h"
#include "chatter/v1/room.pb.h"
#include "chatter/v1/session.pb.h"
#include "chatter/v1/tenant.pb.h"
#include "chatter/v1/token_issuer.pb.h"
#include "chatter/v1/user.pb.h"
#include "server/model/errors.h"

namespace chatter::interceptors {
namespace {

constexpr MethodPolicy kAll[] = {MethodPolicy::kAnonymous, MethodPolicy::kAdministrator,
                                 MethodPolicy::kService, MethodPolicy::kUser,
                                 MethodPolicy::kUserOrService};

// A method that is added to the API must be added to the table.
TEST(MethodPolicy, KnowsEveryMethodOfTheApi) {
  int methods = 0;
  for (const auto* file : {v1::ChatRequest::descriptor()->file(), v1::Room::descriptor()->file(),
                           v1::Session::descriptor()->file(), v1::Tenant::descriptor()->file(),
                           v1::TokenIssuer::descriptor()->file(), v1::User::descriptor()->file()}) {
    for (int s = 0; s < file->service_count(); ++s) {
      const auto* service = file->service(s);
      for (int m = 0; m < service->method_count(); ++m) {
        const std::string name = "/" + service->full_name() + "/" + service->method(m)->name();
        const auto policy = FindMethodPolicy(name);
        ASSERT_TRUE(policy.has_value()) << name;
        EXPECT_NE(*policy, MethodPolicy::kAnonymous) << name;
        const bool administration =
            service->name() == "TenantService" || service->name() == "TokenIssuerService";
        EXPECT_EQ(NeedsTenant(*policy), !administration) << name;
        ++methods;
      }
    }
  }
  EXPECT_GE(methods, 19);
}

TEST(MethodPolicy, KnowsNoOthers) {
  for (const char* name : {"", "/", "/chatter.v1.ChatService/", "/chatter.v1.ChatService/chat",
                           "chatter.v1.ChatService/Chat", "/chatter.v1.ChatService/Chat2"}) {
    EXPECT_EQ(FindMethodPolicy(name), std::nullopt) << name;
  }
}

bool Allows(MethodPolicy policy, const Principal& principal) {
  const absl::Status status = CheckPolicy(policy, principal);
  if (!status.ok()) {
    EXPECT_EQ(status.code(), absl::StatusCode::kPermissionDenied);
    EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_CREDENTIAL_NOT_ALLOWED);
  }
  return status.ok();
}

TEST(CheckPolicy, AsksForTheRightKindOfCredential) {
  const Principal nobody;
  const Principal administrator{.credential = CredentialKind::kAdministratorKey, .user_id = ""};
  const Principal user{.credential = CredentialKind::kSession, .user_id = "alice"};
  const Principal nameless{.credential = CredentialKind::kSession, .user_id = ""};
  for (const MethodPolicy policy : kAll) {
    const bool anonymous = policy == MethodPolicy::kAnonymous;
    EXPECT_EQ(Allows(policy, nobody), anonymous);
    EXPECT_EQ(Allows(policy, nameless), anonymous);
    EXPECT_EQ(Allows(policy, administrator), policy != MethodPolicy::kUser);
    EXPECT_EQ(Allows(policy, user),
              anonymous || policy == MethodPolicy::kUser || policy == MethodPolicy::kUserOrService);
  }
}

}  // namespace
}  // namespace chatter::interceptors
