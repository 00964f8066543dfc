#include "server/interceptors/access_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <string>

#include "grpc/health/v1/health.grpc.pb.h"
#include "server/base/secret_token.h"
#include "server/interceptors/test_server.h"
#include "server/model/errors.h"
#include "server/postgres/sqlstate.h"
#include "server/postgres/statement.h"

namespace chatter::interceptors {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;
using testing::StartsWith;

class AccessLogTest : public testing::Test {
 protected:
  AccessLogTest() { server_.database.AddTenant("acme"); }

  static auto Lines(const std::string& log) { return std::count(log.begin(), log.end(), '\n'); }

  const std::string token_ = GenerateToken(kSessionTokenPrefix);
  TestServer server_;
};

TEST_F(AccessLogTest, TellsOfACall) {
  server_.database.AddSession("acme", token_, "alice");
  server_.GetUser({{"x-chatter-tenant", "acme"}, {"x-request-id", "r1"}, Bearer(token_)});
  EXPECT_THAT(server_.log(),
              MatchesRegex("info call method=/chatter.v1.UserService/GetUser tenant=acme "
                           "user=alice service= credential=session status=OK reason= "
                           "duration_ms=[0-9]+\\.[0-9]+ request_id=r1 peer=ipv4:[0-9.:]+\n"));
}

TEST_F(AccessLogTest, TellsOfADenial) {
  server_.GetUser({{"x-chatter-tenant", "nobody"}, Bearer(token_)});
  EXPECT_THAT(server_.log(),
              AllOf(StartsWith("info "), HasSubstr("tenant= user= service= credential=none"),
                    HasSubstr("status=UNAUTHENTICATED reason=CREDENTIAL_INVALID")));
}

TEST_F(AccessLogTest, TellsWhoWasNotAllowed) {
  server_.database.AddSession("acme", token_, "alice");
  server_.UpsertUsers({{"x-chatter-tenant", "acme"}, Bearer(token_)});
  EXPECT_THAT(server_.log(),
              HasSubstr("user=alice service= credential=session status=PERMISSION_DENIED "
                        "reason=CREDENTIAL_NOT_ALLOWED"));
}

TEST_F(AccessLogTest, TellsOfAStreamOnceItHasEnded) {
  server_.database.AddSession("acme", token_, "alice");
  server_.Chat({{"x-chatter-tenant", "acme"}, Bearer(token_)});
  EXPECT_THAT(server_.log(), HasSubstr("method=/chatter.v1.ChatService/Chat tenant=acme"));
  EXPECT_EQ(Lines(server_.log()), 1);
}

TEST_F(AccessLogTest, WarnsOfTheServersFailures) {
  server_.database.FailWith(DatabaseUnavailableError());
  server_.GetUser({{"x-chatter-tenant", "acme"}, Bearer(token_)});
  EXPECT_THAT(server_.log(), AllOf(StartsWith("warning "),
                                   HasSubstr("status=UNAVAILABLE reason=DATABASE_UNAVAILABLE")));
}

TEST_F(AccessLogTest, TellsWhichStatementFailedUnderTheRequestId) {
  const postgres::Statement statement{
      .sql = "/*find_tenant: nothing*/ SELECT", .tenant = std::nullopt, .params = {}};
  server_.database.FailWith(postgres::StatementError("22P05", &statement, 0));
  server_.GetUser({{"x-chatter-tenant", "acme"}, {"x-request-id", "r1"}, Bearer(token_)});
  EXPECT_THAT(server_.log(),
              MatchesRegex("warning call .* status=INTERNAL reason=INTERNAL .* request_id=r1 "
                           "peer=[^ ]+ sqlstate=22P05 statement=find_tenant\n"));
}

TEST_F(AccessLogTest, ACallThatRanOutOfTimeSaysSoWhateverTheDatabaseSaysThen) {
  server_.database.Hold();
  const Outcome outcome =
      server_.GetUser({{"x-chatter-tenant", "acme"}, Bearer(token_)}, "", absl::Seconds(1));
  ASSERT_EQ(outcome.status.error_code(), grpc::StatusCode::DEADLINE_EXCEEDED);
  ASSERT_TRUE(server_.database.AwaitHeldLookup());
  // The server's deadline comes a little after the client's. When another call's has passed for its
  // client, that of the first has passed here, too.
  server_.GetUser({{"x-chatter-tenant", "acme"}, Bearer(token_)}, "", absl::Seconds(1));
  server_.database.FailWith(DatabaseUnavailableError());
  server_.database.Release();
  // Is answered by the same thread, after the first.
  server_.GetUser({{"x-chatter-tenant", "other"}, Bearer(token_)});
  EXPECT_THAT(server_.log().substr(0, server_.log().find('\n')),
              AllOf(HasSubstr("tenant= "), HasSubstr("status=DEADLINE_EXCEEDED reason= ")));
}

TEST_F(AccessLogTest, NeverHoldsACredential) {
  server_.database.AddSession("acme", token_, "alice");
  server_.GetUser({{"x-chatter-tenant", "acme"}, Bearer(token_)});
  server_.GetUser({{"x-chatter-tenant", "acme"}, Bearer(GenerateToken(kSessionTokenPrefix))});
  server_.GetUser({{"x-chatter-tenant", "acme"}, Bearer(TestServer::kAdministratorKey)});
  server_.GetUser({{"x-chatter-tenant", "acme"}, {"authorization", "Basic chs_secret"}});
  EXPECT_THAT(server_.log(),
              AllOf(Not(HasSubstr("chs_")), Not(HasSubstr(token_.substr(4))),
                    Not(HasSubstr(TestServer::kAdministratorKey)), Not(HasSubstr("Bearer"))));
}

TEST_F(AccessLogTest, LetsNoTextPassForAnotherFieldOrLine) {
  server_.database.AddSession("acme", token_, "eve\ninfo call user=\"bob\xe2\x80\xa8");
  server_.GetUser({{"x-chatter-tenant", "acme"},
                   {"x-request-id", "r1 status=OK user=bob \"\\"},
                   Bearer(token_)});
  EXPECT_THAT(server_.log(), AllOf(HasSubstr(R"(user="eve\ninfo call user=\"bob\xe2\x80\xa8" )"),
                                   HasSubstr(R"(request_id="r1 status=OK user=bob \"\\" )")));
  EXPECT_EQ(Lines(server_.log()), 1);
}

TEST_F(AccessLogTest, IsSilentAboutHealthChecks) {
  grpc::ClientContext context;
  grpc::health::v1::HealthCheckResponse response;
  ASSERT_TRUE(
      grpc::health::v1::Health::NewStub(server_.channel())->Check(&context, {}, &response).ok());
  EXPECT_EQ(response.status(), grpc::health::v1::HealthCheckResponse::SERVING);
  EXPECT_EQ(server_.log(), "");
}

}  // namespace
}  // namespace chatter::interceptors
