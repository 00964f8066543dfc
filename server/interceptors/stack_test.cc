// The interceptors together, on a real server.
#include "server/interceptors/stack.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "chatter/v1/room.grpc.pb.h"
#include "server/base/secret_token.h"
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

  const std::string alice_ = GenerateToken(kSessionTokenPrefix);
  const std::string bob_ = GenerateToken(kSessionTokenPrefix);
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

// Whatever a stranger sends, the answer is the same for a tenant that is active, one that is
// suspended, one that is deleted and one that there never was.
TEST_F(StackTest, StrangersCantTellHowATenantIs) {
  const std::string strange = GenerateToken(kSessionTokenPrefix);
  const std::vector<Metadata> credentials = {
      {},
      {Bearer(strange)},
      {Bearer(GenerateToken(kApiKeyPrefix))},
      {Bearer("nonsense")},
      {Bearer(strange), {"x-chatter-on-behalf-of", "alice"}},
      {Bearer(strange), {"x-chatter-on-behalf-of", std::string(1'000, 'a')}},
      {{"cookie", "sessionid=nonsense"}},
      {{"authorization", "Basic YWxpY2U6YQ=="}},
  };
  const auto ask = [this](Metadata metadata, const char* tenant) {
    metadata.emplace_back("x-chatter-tenant", tenant);
    const Outcome outcome = server_.GetUser(metadata);
    return absl::StrCat(outcome.status.error_code(), " ", outcome.status.error_message(), " ",
                        outcome.reason);
  };
  server_.database.AddTenant("suspended", {}, TenantState::kSuspended);
  server_.database.AddTenant("deleted", {}, TenantState::kDeleted);
  for (const Metadata& credential : credentials) {
    const std::string active = ask(credential, "acme");
    for (const char* tenant : {"suspended", "deleted", "nobody", "No_Name"}) {
      EXPECT_EQ(ask(credential, tenant), active) << tenant;
    }
  }
  // Of another tenant, and so a stranger's here.
  EXPECT_EQ(ask({Bearer(alice_)}, "suspended"), ask({Bearer(strange)}, "acme"));
  EXPECT_EQ(ask({Bearer(alice_)}, "nobody"), ask({Bearer(strange)}, "acme"));
}

TEST_F(StackTest, WhoBelongsToASuspendedTenantIsToldSo) {
  server_.database.AddTenant("suspended", {}, TenantState::kSuspended);
  const std::string token = GenerateToken(kSessionTokenPrefix);
  server_.database.AddSession("suspended", token, "alice");
  for (const auto& credential : {Bearer(token), Bearer(TestServer::kAdministratorKey)}) {
    const Outcome outcome = server_.GetUser({{"x-chatter-tenant", "suspended"}, credential});
    EXPECT_EQ(outcome.reason, v1::ERROR_REASON_TENANT_SUSPENDED);
    EXPECT_THAT(outcome.status.error_message(), testing::HasSubstr("the reason"));
  }
  EXPECT_EQ(server_.sightings.admitted(), 0);
}

TEST_F(StackTest, TheAdministratorIsToldThatThereIsNoSuchTenant) {
  EXPECT_EQ(server_.GetUser({{"x-chatter-tenant", "nobody"}, Bearer(TestServer::kAdministratorKey)})
                .reason,
            v1::ERROR_REASON_TENANT_NOT_FOUND);
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
