// Who is calling, and whether they may.
#include <gtest/gtest.h>

#include <string>

#include "server/base/secret_token.h"
#include "server/interceptors/test_server.h"
#include "server/model/errors.h"

namespace chatter::interceptors {
namespace {

class UserAuthTest : public testing::Test {
 protected:
  UserAuthTest() {
    server_.database.AddTenant("acme");
    server_.database.AddSession("acme", token_, "alice");
  }
  static Metadata InAcme(Metadata metadata) {
    metadata.emplace_back("x-chatter-tenant", "acme");
    return metadata;
  }
  static void ExpectDenied(const Outcome& outcome, grpc::StatusCode code, v1::ErrorReason reason) {
    EXPECT_EQ(outcome.status.error_code(), code) << outcome.status.error_message();
    EXPECT_EQ(outcome.reason, reason);
    EXPECT_EQ(outcome.who, "");
  }
  void ExpectCredentialInvalid(const Metadata& metadata) {
    ExpectDenied(server_.GetUser(InAcme(metadata)), grpc::StatusCode::UNAUTHENTICATED,
                 v1::ERROR_REASON_CREDENTIAL_INVALID);
  }
  void ExpectMetadataInvalid(const Metadata& metadata) {
    ExpectDenied(server_.GetUser(InAcme(metadata)), grpc::StatusCode::INVALID_ARGUMENT,
                 v1::ERROR_REASON_INVALID_METADATA);
  }
  static void ExpectNotAllowed(const Outcome& outcome) {
    ExpectDenied(outcome, grpc::StatusCode::PERMISSION_DENIED,
                 v1::ERROR_REASON_CREDENTIAL_NOT_ALLOWED);
  }

  const std::string token_ = GenerateToken(kSessionTokenPrefix);
  const Metadata session_ = {Bearer(token_)};
  const Metadata key_ = {Bearer(TestServer::kAdministratorKey)};
  TestServer server_;
};

TEST_F(UserAuthTest, KnowsAUserByTheSession) {
  EXPECT_EQ(server_.GetUser(InAcme(session_)).who, "acme/alice/session");
  EXPECT_EQ(server_.Chat(InAcme(session_)).who, "acme/alice/session");
  EXPECT_EQ(server_.GetUser(InAcme({{"authorization", "bearer " + token_}})).who,
            "acme/alice/session");
}

TEST_F(UserAuthTest, KnowsTheAdministratorByTheKey) {
  EXPECT_EQ(server_.ListTenants(key_).who, "//key");
  EXPECT_EQ(server_.UpsertUsers(InAcme(key_)).who, "acme//key");
}

TEST_F(UserAuthTest, KnowsAUserByTheSessionCookie) {
  EXPECT_EQ(server_.GetUser(InAcme({{"cookie", "theme=dark; sessionid=of-bob"}})).who,
            "acme/bob/cookie");
  EXPECT_EQ(server_.Chat(InAcme({{"cookie", "theme=dark"}, {"cookie", "sessionid=of-bob"}})).who,
            "acme/bob/cookie");
  EXPECT_EQ(server_.GetUser(InAcme({{"cookie", "sessionid=of-alice; sessionid=of-bob"}})).who,
            "acme/bob/cookie");
  EXPECT_EQ(
      server_.GetUser(InAcme({{"cookie", "sessionid=of-alice"}, {"cookie", "sessionid=of-bob"}}))
          .who,
      "acme/bob/cookie");
}

TEST_F(UserAuthTest, RefusesBadSessionCookies) {
  ExpectCredentialInvalid({{"cookie", "sessionid=nobody's"}});
  ExpectCredentialInvalid({{"cookie", "sessionid="}});
  ExpectCredentialInvalid({{"cookie", "sessionid=of-bob; sessionid="}});
}

TEST_F(UserAuthTest, OtherCookiesAreNoCredential) {
  ExpectDenied(server_.GetUser(InAcme({{"cookie", "theme=dark"}})),
               grpc::StatusCode::UNAUTHENTICATED, v1::ERROR_REASON_CREDENTIAL_REQUIRED);
  EXPECT_EQ(server_.GetUser(InAcme({Bearer(token_), {"cookie", "theme=dark"}})).who,
            "acme/alice/session");
}

TEST_F(UserAuthTest, SeveralCredentialsMustStandForTheSameUser) {
  EXPECT_TRUE(
      server_.GetUser(InAcme({Bearer(token_), {"cookie", "sessionid=of-alice"}})).status.ok());
  for (const auto& other : {Bearer(token_), Bearer(TestServer::kAdministratorKey)}) {
    ExpectDenied(server_.GetUser(InAcme({other, {"cookie", "sessionid=of-bob"}})),
                 grpc::StatusCode::UNAUTHENTICATED, v1::ERROR_REASON_CREDENTIALS_CONTRADICT);
  }
}

TEST_F(UserAuthTest, EachOfSeveralCredentialsMustBeValid) {
  ExpectCredentialInvalid({Bearer(token_), {"cookie", "sessionid=alice"}});
  ExpectCredentialInvalid({Bearer("anything"), {"cookie", "sessionid=of-alice"}});
  ExpectCredentialInvalid({{"authorization", "Basic x"}, {"cookie", "sessionid=of-alice"}});
}

TEST_F(UserAuthTest, SeveralCredentialsExpireWithTheFirst) {
  const Metadata both = InAcme({Bearer(token_), {"cookie", "sessionid=of-alice"}});
  EXPECT_TRUE(server_.GetUser(both).status.ok());
  EXPECT_EQ(server_.sightings.last_caller().principal.expires_at,
            server_.clock.Now() + absl::Minutes(30));
}

TEST_F(UserAuthTest, RequiresACredential) {
  for (const Outcome& outcome : {server_.GetUser(InAcme({})), server_.ListTenants({}),
                                 server_.Chat(InAcme({{"x-user-id", "alice"}}))}) {
    ExpectDenied(outcome, grpc::StatusCode::UNAUTHENTICATED, v1::ERROR_REASON_CREDENTIAL_REQUIRED);
  }
}

TEST_F(UserAuthTest, RefusesInvalidCredentials) {
  ExpectCredentialInvalid({Bearer(GenerateToken(kSessionTokenPrefix))});
  ExpectCredentialInvalid({Bearer("chs_")});
  ExpectCredentialInvalid({Bearer("chs_' OR '1'='1")});
  ExpectCredentialInvalid({Bearer("anything")});
  ExpectCredentialInvalid({Bearer("")});
  ExpectCredentialInvalid({{"authorization", ""}});
  ExpectCredentialInvalid({{"authorization", token_}});
  ExpectCredentialInvalid({{"authorization", "Basic " + token_}});
  ExpectCredentialInvalid({Bearer(" " + token_)});
  ExpectCredentialInvalid({Bearer(ToHex(Sha256(token_)))});
  ExpectCredentialInvalid({Bearer(ToHex(Sha256(TestServer::kAdministratorKey)))});
  EXPECT_EQ(server_.sightings.admitted(), 0);
}

TEST_F(UserAuthTest, RefusesAnExpiredSession) {
  EXPECT_TRUE(server_.GetUser(InAcme(session_)).status.ok());
  server_.clock.Advance(absl::Hours(1));
  ExpectCredentialInvalid(session_);
}

TEST_F(UserAuthTest, RefusesRepeatedAndOverlongCredentials) {
  ExpectMetadataInvalid({Bearer(token_), Bearer(token_)});
  ExpectMetadataInvalid({Bearer("anything"), Bearer(token_)});
  const std::string scheme = "Bearer ";
  ExpectCredentialInvalid({{"authorization", scheme + std::string(8192 - scheme.size(), 'x')}});
  ExpectMetadataInvalid({{"authorization", scheme + std::string(8193 - scheme.size(), 'x')}});
}

TEST_F(UserAuthTest, AppliesThePolicyOfTheMethod) {
  ExpectNotAllowed(server_.ListTenants(session_));
  ExpectNotAllowed(server_.ListTenants(InAcme(session_)));
  ExpectNotAllowed(server_.UpsertUsers(InAcme(session_)));
  ExpectNotAllowed(server_.Chat(InAcme(key_)));
}

TEST_F(UserAuthTest, ATokenOfOneTenantIsUnknownInAnother) {
  server_.database.AddTenant("globex");
  EXPECT_TRUE(server_.GetUser(InAcme(session_)).status.ok());
  const Outcome outcome = server_.GetUser({{"x-chatter-tenant", "globex"}, Bearer(token_)});
  ExpectDenied(outcome, grpc::StatusCode::UNAUTHENTICATED, v1::ERROR_REASON_CREDENTIAL_INVALID);
}

TEST_F(UserAuthTest, TheSameTokenInTwoTenantsIsTwoUsers) {
  server_.database.AddTenant("globex");
  server_.database.AddSession("globex", token_, "bob");
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(server_.GetUser(InAcme(session_)).who, "acme/alice/session");
    EXPECT_EQ(server_.GetUser({{"x-chatter-tenant", "globex"}, Bearer(token_)}).who,
              "globex/bob/session");
  }
}

class ServiceAuthTest : public UserAuthTest {
 protected:
  ServiceAuthTest() {
    server_.database.AddUser("acme", "alice");
    server_.database.AddUser("acme", "gone", /*active=*/false);
    SetScope({.tenants = {"acme"}, .services = {"*"}, .may_act_for_users = true});
  }
  void SetScope(ServiceScope scope) {
    server_.database.AddApiKey(
        api_key_,
        {.account = "shop", .scope = std::move(scope), .changed_at = server_.clock.Now()});
    server_.clock.Advance(absl::Seconds(3));  // empties the caches
  }
  static Metadata OnBehalfOf(const std::string& user_id, Metadata metadata) {
    metadata.emplace_back("x-chatter-on-behalf-of", user_id);
    return metadata;
  }
  static void ExpectRefused(const Outcome& outcome, v1::ErrorReason reason) {
    ExpectDenied(outcome, grpc::StatusCode::PERMISSION_DENIED, reason);
  }

  const std::string api_key_ = GenerateToken(kApiKeyPrefix);
  const Metadata service_ = InAcme({Bearer(api_key_)});
};

TEST_F(ServiceAuthTest, AServiceCallsForItself) {
  EXPECT_EQ(server_.GetUser(service_).who, "acme//api_key/shop");
  EXPECT_EQ(server_.UpsertUsers(service_).who, "acme//api_key/shop");
  ExpectNotAllowed(server_.Chat(service_));
  ExpectNotAllowed(server_.ListTenants(service_));
}

TEST_F(ServiceAuthTest, AServiceCallsOnBehalfOfAUser) {
  EXPECT_EQ(server_.GetUser(OnBehalfOf("alice", service_)).who, "acme/alice/api_key/shop");
  EXPECT_EQ(server_.Chat(OnBehalfOf("alice", service_)).who, "acme/alice/api_key/shop");
  ExpectNotAllowed(server_.UpsertUsers(OnBehalfOf("alice", service_)));
}

TEST_F(ServiceAuthTest, TheAdministratorMayCallOnBehalfOfUsersToo) {
  EXPECT_EQ(server_.GetUser(OnBehalfOf("alice", InAcme(key_))).who, "acme/alice/key/administrator");
  ExpectNotAllowed(server_.ListTenants(OnBehalfOf("alice", key_)));
}

TEST_F(ServiceAuthTest, OnBehalfOfActiveUsersOfTheTenantOnly) {
  for (const char* user : {"nobody", "gone"}) {
    ExpectRefused(server_.GetUser(OnBehalfOf(user, service_)),
                  v1::ERROR_REASON_ON_BEHALF_OF_UNKNOWN);
  }
  server_.database.AddTenant("globex");
  SetScope({.tenants = {"*"}, .services = {"*"}, .may_act_for_users = true});
  EXPECT_TRUE(server_.GetUser(OnBehalfOf("alice", service_)).status.ok());
  ExpectRefused(
      server_.GetUser(
          {{"x-chatter-tenant", "globex"}, Bearer(api_key_), {"x-chatter-on-behalf-of", "alice"}}),
      v1::ERROR_REASON_ON_BEHALF_OF_UNKNOWN);
}

TEST_F(ServiceAuthTest, AUserCallsOnBehalfOfNobody) {
  ExpectNotAllowed(server_.GetUser(OnBehalfOf("alice", InAcme(session_))));
}

TEST_F(ServiceAuthTest, IdsBeyondAsciiGoAsBytes) {
  server_.database.AddUser("acme", "j\u00fcrgen");
  Metadata metadata = service_;
  metadata.emplace_back("x-chatter-on-behalf-of-bin", "j\u00fcrgen");
  EXPECT_EQ(server_.GetUser(metadata).who, "acme/j\u00fcrgen/api_key/shop");
  ExpectMetadataInvalid(
      OnBehalfOf("alice", {Bearer(api_key_), {"x-chatter-on-behalf-of-bin", "alice"}}));
  ExpectMetadataInvalid({Bearer(api_key_), {"x-chatter-on-behalf-of-bin", "\xff"}});
  ExpectMetadataInvalid({Bearer(api_key_), {"x-chatter-on-behalf-of-bin", std::string("a\0", 2)}});
  ExpectMetadataInvalid(OnBehalfOf("", {Bearer(api_key_)}));
  ExpectMetadataInvalid(OnBehalfOf(std::string(601, 'a'), {Bearer(api_key_)}));
  ExpectMetadataInvalid(OnBehalfOf("alice", OnBehalfOf("bob", {Bearer(api_key_)})));
}

TEST_F(ServiceAuthTest, AServiceStaysWithinItsScope) {
  SetScope({.tenants = {"acme"}, .services = {"chatter.v1.UserService"}});
  EXPECT_TRUE(server_.GetUser(service_).status.ok());
  EXPECT_TRUE(server_.UpsertUsers(service_).status.ok());
  ExpectRefused(server_.GetUser(OnBehalfOf("alice", service_)), v1::ERROR_REASON_OUT_OF_SCOPE);
  SetScope({.tenants = {"acme"}, .services = {"*"}, .read_only = true, .may_act_for_users = true});
  EXPECT_TRUE(server_.GetUser(service_).status.ok());
  ExpectRefused(server_.UpsertUsers(service_), v1::ERROR_REASON_OUT_OF_SCOPE);
  ExpectRefused(server_.Chat(OnBehalfOf("alice", service_)), v1::ERROR_REASON_OUT_OF_SCOPE);
  SetScope(
      {.tenants = {"acme"}, .services = {"chatter.v1.ChatService"}, .may_act_for_users = true});
  ExpectRefused(server_.GetUser(service_), v1::ERROR_REASON_OUT_OF_SCOPE);
  EXPECT_TRUE(server_.Chat(OnBehalfOf("alice", service_)).status.ok());
}

TEST_F(ServiceAuthTest, AKeyIsUnknownInOtherTenants) {
  SetScope({.tenants = {"globex"}, .services = {"*"}, .may_act_for_users = true});
  ExpectCredentialInvalid({Bearer(api_key_)});
}

TEST_F(UserAuthTest, SaysWhenTheDatabaseFails) {
  EXPECT_TRUE(server_.GetUser(InAcme(key_)).status.ok());  // the tenant is cached now
  server_.database.FailWith(absl::DeadlineExceededError(""));
  ExpectDenied(server_.GetUser(InAcme(session_)), grpc::StatusCode::UNAVAILABLE,
               v1::ERROR_REASON_DATABASE_UNAVAILABLE);
}

}  // namespace
}  // namespace chatter::interceptors
