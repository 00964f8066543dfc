// The interceptors together, on a real server.
#include "server/interceptors/stack.h"

#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "chatter/v1/room.grpc.pb.h"
#include "server/identity/secret_token.h"
#include "server/interceptors/metadata.h"
#include "server/interceptors/test_server.h"
#include "server/model/errors.h"

namespace chatter::interceptors {
namespace {

class StackTest : public testing::Test {
 protected:
  StackTest() {
    server_.database.AddTenant("acme");
    server_.database.AddTenant("globex");
    server_.database.AddSession("acme", alice_, "alice");
    server_.database.AddSession("globex", bob_, "bob");
  }

  const std::string alice_ = identity::GenerateToken(identity::kSessionTokenPrefix);
  const std::string bob_ = identity::GenerateToken(identity::kSessionTokenPrefix);
  TestServer server_;
};

TEST_F(StackTest, HandlersStartOnlyWhenTheLookupsHaveEnded) {
  server_.database.Hold();
  Outcome outcome;
  std::thread caller([&] {
    outcome = server_.GetUser({{"x-chatter-tenant", "acme"}, Bearer(alice_)});
  });
  EXPECT_TRUE(server_.database.AwaitHeldLookup());
  // Nobody else waits meanwhile, and the handler hasn't been started.
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(server_.ListTenants({Bearer(TestServer::kAdministratorKey)}).who, "//key");
  }
  EXPECT_EQ(server_.sightings.handled(), 20);
  server_.database.Release();
  caller.join();
  EXPECT_EQ(outcome.who, "acme/alice/session");
  EXPECT_EQ(server_.sightings.handled(), 21);
}

TEST_F(StackTest, ACallThatIsGivenUpWhileItWaitsDoesNoHarm) {
  server_.database.Hold();
  grpc::ClientContext context;
  context.AddMetadata("x-chatter-tenant", "acme");
  grpc::Status status;
  std::thread caller([&] {
    v1::GetUserResponse response;
    status = v1::UserService::NewStub(server_.channel())->GetUser(&context, {}, &response);
  });
  EXPECT_TRUE(server_.database.AwaitHeldLookup());
  context.TryCancel();
  caller.join();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::CANCELLED);
  server_.database.Release();
  EXPECT_EQ(server_.GetUser({{"x-chatter-tenant", "acme"}, Bearer(alice_)}).who,
            "acme/alice/session");
}

// The tenant comes before the user: who has no credential hears of the tenant first.
TEST_F(StackTest, DeniesForTheTenantBeforeTheUser) {
  EXPECT_EQ(server_.GetUser({{"x-chatter-tenant", "nobody"}}).reason,
            v1::ERROR_REASON_TENANT_NOT_FOUND);
  EXPECT_EQ(server_.GetUser({{"x-chatter-tenant", "acme"}}).reason,
            v1::ERROR_REASON_CREDENTIAL_REQUIRED);
}

TEST_F(StackTest, IdentityStaysWithItsCall) {
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(server_.GetUser({{"x-chatter-tenant", "acme"}, Bearer(alice_)}).who,
              "acme/alice/session");
    EXPECT_EQ(server_.GetUser({{"x-chatter-tenant", "acme"}}).who, "");
    EXPECT_EQ(server_.GetUser({Bearer(alice_)}).who, "");
    EXPECT_EQ(server_.Chat({{"x-chatter-tenant", "globex"}, Bearer(bob_)}).who,
              "globex/bob/session");
    EXPECT_EQ(server_.GetUser({{"x-chatter-tenant", "globex"}, Bearer(alice_)}).who, "");
  }
}

TEST_F(StackTest, IdentityStaysWithItsCallAmongManyOnOneConnection) {
  constexpr int kThreads = 4;
  std::atomic<int> wrong = 0;
  std::vector<std::thread> threads;
  threads.reserve(kThreads);
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      const bool is_alice = t % 2 == 0;
      const Metadata own = {{"x-chatter-tenant", is_alice ? "acme" : "globex"},
                            Bearer(is_alice ? alice_ : bob_)};
      const Metadata crossed = {{"x-chatter-tenant", is_alice ? "globex" : "acme"},
                                Bearer(is_alice ? alice_ : bob_)};
      for (int i = 0; i < 50; ++i) {
        if (i % 10 == 0) server_.clock.Advance(absl::Seconds(3));  // empties the caches
        if (server_.GetUser(own).who != (is_alice ? "acme/alice/session" : "globex/bob/session")) {
          ++wrong;
        }
        if (server_.GetUser(crossed).reason != v1::ERROR_REASON_CREDENTIAL_INVALID) ++wrong;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
}

TEST_F(StackTest, RefusesMoreMetadataThanItsBound) {
  Metadata metadata = {{"x-chatter-tenant", "acme"}, Bearer(alice_)};
  metadata.emplace_back("x-padding", std::string(kMaxMetadataBytes - 1024, 'x'));
  EXPECT_EQ(server_.GetUser(metadata).who, "acme/alice/session");
  metadata.emplace_back("x-more-padding", std::string(1024, 'x'));
  EXPECT_EQ(server_.GetUser(metadata).status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
}

// Regression test: the context of such a call isn't one of ours, and freeing it as if it were
// brought the server down.
TEST_F(StackTest, CallingAnUnknownMethodDoesNoHarm) {
  grpc::ClientContext context;
  v1::GetRoomResponse response;
  // The test's server has no RoomService.
  const auto status = v1::RoomService::NewStub(server_.channel())->GetRoom(&context, {}, &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNIMPLEMENTED);
  EXPECT_EQ(server_.GetUser({{"x-chatter-tenant", "acme"}, Bearer(alice_)}).who,
            "acme/alice/session");
}

}  // namespace
}  // namespace chatter::interceptors
