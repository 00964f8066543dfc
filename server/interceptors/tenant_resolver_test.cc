// Which tenant a call is for.
#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "server/interceptors/test_server.h"
#include "server/model/errors.h"

namespace chatter::interceptors {
namespace {

constexpr char kTenant[] = "x-chatter-tenant";
constexpr char kTenantBytes[] = "x-chatter-tenant-bin";
constexpr char kHost[] = "x-forwarded-host";

class TenantResolverTest : public testing::Test {
 protected:
  TenantResolverTest() {
    server_.database.AddTenant("acme", {"chat.acme.example"});
    server_.database.AddTenant("globex", {"chat.globex.example"});
  }
  // As the administrator, so that only the tenant matters.
  Outcome Call(Metadata metadata, const std::string& authority = "") {
    metadata.push_back(Bearer(TestServer::kAdministratorKey));
    return server_.GetUser(metadata, authority);
  }
  void ExpectDenied(const Metadata& metadata, grpc::StatusCode code, v1::ErrorReason reason) {
    const Outcome outcome = Call(metadata);
    EXPECT_EQ(outcome.status.error_code(), code) << outcome.status.error_message();
    EXPECT_EQ(outcome.reason, reason);
    EXPECT_EQ(server_.sightings.admitted(), 0);
  }
  void ExpectNotFound(const Metadata& metadata) {
    ExpectDenied(metadata, grpc::StatusCode::NOT_FOUND, v1::ERROR_REASON_TENANT_NOT_FOUND);
  }
  void ExpectInvalid(const Metadata& metadata) {
    ExpectDenied(metadata, grpc::StatusCode::INVALID_ARGUMENT, v1::ERROR_REASON_INVALID_METADATA);
  }

  TestServer server_;
};

TEST_F(TenantResolverTest, FindsTheTenantByNameThenForwardedHostThenAuthority) {
  EXPECT_EQ(Call({}, "chat.acme.example").who, "acme//key");
  EXPECT_EQ(Call({}, "Chat.Acme.Example:443").who, "acme//key");
  EXPECT_EQ(Call({{kHost, "chat.globex.example"}}, "chat.acme.example").who, "globex//key");
  EXPECT_EQ(Call({{kTenant, "acme"}, {kHost, "chat.globex.example"}}, "chat.globex.example").who,
            "acme//key");
  EXPECT_TRUE(server_.sightings.last_caller().multitenant);
}

TEST_F(TenantResolverTest, FindsTheTenantHoweverTheHostIsSpelt) {
  server_.database.AddTenant("muenchen", {"xn--mnchen-3ya.example"});
  for (const char* host : {"www.chat.acme.example", "WWW.Chat.Acme.Example.:443"}) {
    EXPECT_EQ(Call({{kHost, host}}).who, "acme//key") << host;
    EXPECT_EQ(Call({}, host).who, "acme//key") << host;
  }
  for (const char* host :
       {"xn--mnchen-3ya.example", "www.XN--MNCHEN-3YA.example:8443", "m%C3%BCnchen.example"}) {
    EXPECT_EQ(Call({}, host).who, "muenchen//key") << host;
  }
}

TEST(TenantResolver, TakesAForwardedHostFromTrustedProxiesOnly) {
  for (const auto& [trusted, tenant] :
       {std::pair<std::string, std::string>{"127.0.0.0/8", "globex"}, {"10.0.0.0/8", "acme"}}) {
    TestServer server({.trusted_proxies = *identity::TrustedProxies::Parse(trusted)});
    server.database.AddTenant("acme", {"chat.acme.example"});
    server.database.AddTenant("globex", {"chat.globex.example"});
    const auto key = Bearer(TestServer::kAdministratorKey);
    EXPECT_EQ(server.GetUser({key, {kHost, "chat.globex.example"}}, "chat.acme.example").who,
              tenant + "//key");
  }
}

TEST(TenantResolver, IgnoresAnythingThatOthersForward) {
  TestServer server({.trusted_proxies = {}});
  server.database.AddTenant("acme", {"chat.acme.example"});
  const auto key = Bearer(TestServer::kAdministratorKey);
  for (const Metadata& forwarded : {Metadata{{kHost, ""}}, Metadata{{kHost, std::string(300, 'a')}},
                                    Metadata{{kHost, "a"}, {kHost, "b"}}}) {
    Metadata metadata = forwarded;
    metadata.push_back(key);
    EXPECT_EQ(server.GetUser(metadata, "chat.acme.example").who, "acme//key");
  }
}

TEST_F(TenantResolverTest, RefusesUnknownTenants) {
  ExpectNotFound({});  // the authority is an address
  ExpectNotFound({{kTenant, "nobody"}});
  ExpectNotFound({{kHost, "chat.nobody.example"}});
  ExpectNotFound({{kTenant, "nobody"}, {kHost, "chat.acme.example"}});
}

TEST_F(TenantResolverTest, RefusesHostileNames) {
  for (const char* name :
       {"", "acme'; DROP SCHEMA acme CASCADE; --", "acme\"", "public", "pg_catalog", "chatter",
        "information_schema", "../acme", "ACME", "acme acme", "acme%00", "acme,globex"}) {
    ExpectNotFound({{kTenant, name}});
  }
  for (const char* host : {"chat.acme.example, chat.globex.example", "chat.acme.example/",
                           "' OR 1=1 --", "*.acme.example", "[::1]"}) {
    ExpectNotFound({{kHost, host}});
  }
}

TEST_F(TenantResolverTest, RefusesRepeatedAndOverlongMetadata) {
  ExpectInvalid({{kTenant, "acme"}, {kTenant, "acme"}});
  ExpectInvalid({{kTenant, "acme"}, {kTenant, "globex"}});
  ExpectInvalid({{kHost, "chat.acme.example"}, {kHost, "chat.globex.example"}});
  ExpectInvalid({{kTenant, std::string(254, 'a')}});
  ExpectInvalid({{kTenant, "acme"}, {kHost, std::string(254, 'a')}});
}

TEST_F(TenantResolverTest, TakesNamesBeyondAsciiAsBytes) {
  server_.database.AddTenant("\u00fcnal");
  server_.database.AddTenant("my tenant");
  EXPECT_EQ(Call({{kTenantBytes, "\u00fcnal"}}).who, "\u00fcnal//key");
  EXPECT_EQ(Call({{kTenant, "my tenant"}}).who, "my tenant//key");
  EXPECT_EQ(Call({{kTenant, "acme"}, {kTenantBytes, "acme"}}).who, "acme//key");
}

TEST_F(TenantResolverTest, RefusesTwoNamesThatDiffer) {
  ExpectInvalid({{kTenant, "acme"}, {kTenantBytes, "globex"}});
  ExpectInvalid({{kTenantBytes, "acme"}, {kTenantBytes, "acme"}});
  ExpectNotFound({{kTenantBytes, "\xff\xfe globex"}});
}

TEST_F(TenantResolverTest, NamesThatDifferByCaseAreTwoTenants) {
  server_.database.AddTenant("Acme");
  EXPECT_EQ(Call({{kTenant, "Acme"}}).who, "Acme//key");
  EXPECT_EQ(Call({{kTenant, "acme"}}).who, "acme//key");
}

TEST_F(TenantResolverTest, SaysWhenTheDatabaseFails) {
  server_.database.FailWith(DatabaseUnavailableError());
  ExpectDenied({{kTenant, "acme"}}, grpc::StatusCode::UNAVAILABLE,
               v1::ERROR_REASON_DATABASE_UNAVAILABLE);
  server_.database.FailWith(absl::DeadlineExceededError("lock timeout on chatter.tenant"));
  ExpectDenied({{kTenant, "acme"}}, grpc::StatusCode::UNAVAILABLE,
               v1::ERROR_REASON_DATABASE_UNAVAILABLE);
  server_.database.FailWith(absl::UnknownError("relation chatter.tenant does not exist"));
  ExpectDenied({{kTenant, "acme"}}, grpc::StatusCode::INTERNAL, v1::ERROR_REASON_INTERNAL);
  server_.database.FailWith(absl::OkStatus());
  EXPECT_EQ(Call({{kTenant, "acme"}}).who, "acme//key");
}

TEST_F(TenantResolverTest, LeavesMethodsWithoutATenantAlone) {
  server_.database.FailWith(DatabaseUnavailableError());
  EXPECT_EQ(server_.ListTenants({{kTenant, "nobody"}, Bearer(TestServer::kAdministratorKey)}).who,
            "//key");
}

TEST(TenantResolver, SingleSchema) {
  TestServer server({.single_schema = SchemaName::Parse("app")});
  server.database.AddTenant("app");
  const auto key = Bearer(TestServer::kAdministratorKey);
  EXPECT_EQ(server.GetUser({key}).who, "app//key");
  EXPECT_EQ(server.GetUser({key, {kTenant, "app"}}, "anything.example").who, "app//key");
  EXPECT_FALSE(server.sightings.last_caller().multitenant);
  EXPECT_EQ(server.GetUser({key, {kTenant, "acme"}}).reason, v1::ERROR_REASON_TENANT_NOT_FOUND);
}

}  // namespace
}  // namespace chatter::interceptors
