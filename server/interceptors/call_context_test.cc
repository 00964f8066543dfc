// A handler is never reached without a verdict, whatever is missing.
#include "server/interceptors/call_context.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "server/base/clock.h"
#include "server/base/secret_token.h"
#include "server/interceptors/admission.h"
#include "server/interceptors/test_server.h"
#include "server/model/errors.h"
#include "server/rpc/methods.h"

namespace chatter::interceptors {
namespace {

using Factory = grpc::experimental::ServerInterceptorFactoryInterface;

// The parts of a stack.
TestServer::Install InstallParts(bool allocator, bool admission) {
  return [=](grpc::ServerBuilder& builder, TestServer& server) {
    std::vector<std::unique_ptr<Factory>> creators;
    if (admission) creators.push_back(std::make_unique<AdmissionFactory>(server.admission));
    builder.experimental().SetInterceptorCreators(std::move(creators));
    if (allocator) {
      builder.SetContextAllocator(
          std::make_unique<CallContextAllocator>(rpc::Methods(), server.clock));
    }
  };
}

class FailClosedTest : public testing::Test {
 protected:
  // With a credential that the whole stack would let pass.
  void ExpectDefect(const TestServer::Install& install) {
    TestServer server(install);
    server.database.AddTenant("acme");
    server.database.AddSession("acme", token_, "alice");
    const Metadata metadata{{"x-chatter-tenant", "acme"}, Bearer(token_)};
    for (const Outcome& outcome : {server.GetUser(metadata), server.Chat(metadata)}) {
      EXPECT_EQ(outcome.status.error_code(), grpc::StatusCode::INTERNAL);
      EXPECT_EQ(outcome.reason, v1::ERROR_REASON_INTERNAL);
      EXPECT_EQ(outcome.who, "");
    }
    EXPECT_EQ(server.sightings.handled(), 2);
    EXPECT_EQ(server.sightings.admitted(), 0);
  }

  const std::string token_ = GenerateToken(kSessionTokenPrefix);
};

TEST_F(FailClosedTest, WithoutTheInterceptor) { ExpectDefect(InstallParts(true, false)); }
TEST_F(FailClosedTest, WithoutTheContext) { ExpectDefect(InstallParts(false, true)); }

TEST(CallContext, AdmitsNobodyWithoutAVerdict) {
  CallContext context(rpc::Methods(), Clock::Real());
  EXPECT_EQ(chatter::ReasonOf(CallContext::Admit(&context).status()), v1::ERROR_REASON_INTERNAL);
  EXPECT_EQ(context.user_id(), "");
  EXPECT_EQ(context.credential_kind(), CredentialKind::kNone);
  EXPECT_FALSE(CallContext::Admit(nullptr).ok());
}

TEST(CallContext, TheFirstDenialStands) {
  CallContext context(rpc::Methods(), Clock::Real());
  context.Deny(RoomNotFoundError());
  context.Deny(DatabaseUnavailableError());
  context.set_verdict(identity::Verdict::Admit({}));
  EXPECT_TRUE(context.denied());
  EXPECT_EQ(CallContext::Admit(&context).status(), RoomNotFoundError());
}

TEST(CallContext, ADenialOverridesAPermission) {
  CallContext context(rpc::Methods(), Clock::Real());
  context.set_verdict(identity::Verdict::Admit({}));
  context.Deny(RoomNotFoundError());
  EXPECT_EQ(CallContext::Admit(&context).status(), RoomNotFoundError());
}

TEST(CallContext, DeniesWithNothingButTheApisErrors) {
  for (const absl::Status& defect :
       {absl::OkStatus(), absl::InternalError("relation chatter_session does not exist")}) {
    CallContext context(rpc::Methods(), Clock::Real());
    context.Deny(defect);
    EXPECT_EQ(CallContext::Admit(&context).status(), InternalError());
  }
  CallContext late(rpc::Methods(), Clock::Real());
  late.Deny(absl::DeadlineExceededError("statement timeout"));
  EXPECT_EQ(CallContext::Admit(&late).status(), DatabaseUnavailableError());
}

TEST(CallContext, BoundsTheDeadline) {
  TestServer server;
  const Metadata metadata{{"x-chatter-tenant", "acme"}, Bearer(TestServer::kAdministratorKey)};
  server.database.AddTenant("acme");
  const auto time_for_call_of = [&](absl::Duration timeout) {
    EXPECT_TRUE(server.GetUser(metadata, "", timeout).status.ok());
    return server.sightings.last_caller().deadline - server.clock.Steady();
  };
  EXPECT_EQ(time_for_call_of(absl::Hours(1)), absl::Seconds(30));
  EXPECT_EQ(time_for_call_of(absl::InfiniteDuration()), absl::Seconds(30));
  // gRPC rounds up what it sends.
  EXPECT_LT(time_for_call_of(absl::Seconds(20)), absl::Seconds(21));
  EXPECT_GT(time_for_call_of(absl::Seconds(20)), absl::ZeroDuration());
}

TEST(CallContext, StreamsHaveNoDeadline) {
  TestServer server;
  const std::string token = GenerateToken(kSessionTokenPrefix);
  server.database.AddTenant("acme");
  server.database.AddSession("acme", token, "alice");
  ASSERT_TRUE(server.Chat({{"x-chatter-tenant", "acme"}, Bearer(token)}).status.ok());
  EXPECT_EQ(server.sightings.last_caller().deadline, SteadyTime::InfiniteFuture());
}

}  // namespace
}  // namespace chatter::interceptors
