#include "server/rpc/late_parsing.h"

#include <google/protobuf/stubs/logging.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "chatter/v1/user.grpc.pb.h"
#include "server/interceptors/stack.h"
#include "server/interceptors/test_server.h"
#include "server/rpc/methods.h"
#include "server/rpc/unary.h"

namespace chatter::rpc {
namespace {

using interceptors::ReasonOf;
using interceptors::TestServer;

// Behind the interceptors of a TestServer, with its database.
class LateParsingTest : public testing::Test {
 protected:
  class Users final : public v1::UserService::CallbackService {
   public:
    // What handlers are shown; -1: none was called.
    std::atomic<int> users_seen = -1;

    grpc::ServerUnaryReactor* UpsertUsers(grpc::CallbackServerContext* context,
                                          const v1::UpsertUsersRequest* request,
                                          v1::UpsertUsersResponse*) override {
      users_seen = request->users_size();
      return RunCommand(context,
                        [](const TenantCaller&, StatusCallback done) { done(absl::OkStatus()); });
    }
  };

  LateParsingTest() {
    parts_.database.AddTenant("acme");
    grpc::ServerBuilder builder;
    int port = 0;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
    builder.RegisterService(&service_);
    interceptors::InstallStack(builder, {.admission = parts_.admission,
                                         .access_log = parts_.access_log,
                                         .methods = Methods(),
                                         .clock = parts_.clock});
    server_ = builder.BuildAndStart();
    channel_ = server_->InProcessChannel({});
  }
  ~LateParsingTest() override { server_->Shutdown(); }

  static v1::UpsertUsersRequest TwoUsers() {
    v1::UpsertUsersRequest request;
    request.add_users()->set_id("alice");
    request.add_users()->set_id("bob");
    return request;
  }

  grpc::Status Upsert(const std::string& token,
                      const v1::UpsertUsersRequest& request = TwoUsers()) {
    grpc::ClientContext context;
    context.AddMetadata("x-chatter-tenant", "acme");
    context.AddMetadata("authorization", "Bearer " + token);
    v1::UpsertUsersResponse response;
    return v1::UserService::NewStub(channel_)->UpsertUsers(&context, request, &response);
  }

  TestServer parts_;
  Users users_;
  PendingReads reads_;
  LateParsingService service_{users_, v1::UserService::service_full_name(), reads_};
  std::unique_ptr<grpc::Server> server_;
  std::shared_ptr<grpc::Channel> channel_;
};

TEST_F(LateParsingTest, WhoIsAdmittedIsHeardInFull) {
  EXPECT_TRUE(Upsert(TestServer::kAdministratorKey).ok());
  EXPECT_EQ(users_.users_seen, 2);
}

TEST_F(LateParsingTest, WhatIsDeniedIsNotParsed) {
  EXPECT_EQ(ReasonOf(Upsert("no key")), v1::ERROR_REASON_CREDENTIAL_INVALID);
  EXPECT_EQ(users_.users_seen, 0);
}

// Protobuf for C++ complains of such text, but sends it.
TEST_F(LateParsingTest, TextThatIsNotUtf8IsNamed) {
  const google::protobuf::LogSilencer silence;
  v1::UpsertUsersRequest request = TwoUsers();
  request.mutable_users(1)->set_display_name("Party \xf0\x9f\x8e");
  const grpc::Status status = Upsert(TestServer::kAdministratorKey, request);
  EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_INVALID_FIELD);
  EXPECT_NE(status.error_details().find("users[1].display_name"), std::string::npos);
}

// A call that sends nothing but its headers.
class Silent {
 public:
  Silent(const std::shared_ptr<grpc::Channel>& channel, const std::string& token) {
    context_.AddMetadata("x-chatter-tenant", "acme");
    context_.AddMetadata("authorization", "Bearer " + token);
    grpc::GenericStub stub(channel);
    call_ = stub.PrepareCall(&context_, "/chatter.v1.UserService/UpsertUsers", &queue_);
    call_->StartCall(this);
    Next();
  }
  ~Silent() { queue_.Shutdown(); }

  grpc::Status Finish() {
    grpc::Status status;
    call_->Finish(&status, this);
    Next();
    return status;
  }

 private:
  void Next() {
    void* tag = nullptr;
    bool ok = false;
    EXPECT_TRUE(queue_.Next(&tag, &ok));
  }

  grpc::ClientContext context_;
  grpc::CompletionQueue queue_;
  std::unique_ptr<grpc::GenericClientAsyncReaderWriter> call_;
};

TEST_F(LateParsingTest, AStrangerIsRefusedBeforeTheRequestHasCome) {
  Silent call(channel_, "no key");
  EXPECT_EQ(ReasonOf(call.Finish()), v1::ERROR_REASON_CREDENTIAL_INVALID);
  EXPECT_EQ(reads_.count(), 0u);
}

TEST_F(LateParsingTest, ARequestThatDoesNotComeInTimeEndsItsCall) {
  Silent call(channel_, TestServer::kAdministratorKey);
  while (reads_.count() == 0) std::this_thread::yield();
  const SteadyTime now = SteadyTime::Now();
  reads_.CutOffLate(now);
  EXPECT_EQ(reads_.cut_off(), 0u);
  for (int i = 0; i < 2; ++i) reads_.CutOffLate(now + 2 * PendingReads::kMaxTime);
  const grpc::Status end = call.Finish();
  EXPECT_EQ(end.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(end.error_message(), "The request didn't come to its end within 30s.");
  EXPECT_EQ(reads_.cut_off(), 1u);
  while (users_.users_seen < 0) std::this_thread::yield();
  EXPECT_EQ(users_.users_seen, 0) << "the handler is given an empty one, which is denied";
}

// So whoever asks for health is answered, however many others never end their requests.
TEST(PendingReadsTest, WhereAnybodyReadsTooManyTheOldestGoes) {
  PendingReads reads;
  const PendingReads::Place of_a_caller = reads.Add(nullptr, [] { return "alice"; });
  std::vector<PendingReads::Place> places;
  for (size_t i = 0; i < PendingReads::kMaxOfAnybody + 2; ++i) {
    places.push_back(reads.Add(nullptr, nullptr));
  }
  EXPECT_FALSE(places[0]->cut_off.ok());
  EXPECT_FALSE(places[1]->cut_off.ok());
  EXPECT_TRUE(places[2]->cut_off.ok());
  EXPECT_TRUE(of_a_caller->cut_off.ok());
  EXPECT_EQ(reads.cut_off(), 2u);
  for (const PendingReads::Place place : places) reads.Remove(place).IgnoreError();
  reads.Remove(of_a_caller).IgnoreError();
  EXPECT_EQ(reads.count(), 0u);
}

// So nobody holds much by requests that are sent in part, and only whoever does is cut off.
TEST(PendingReadsTest, OfACallerWithTooManySlowOnesTheOldestGo) {
  PendingReads reads;
  const PendingReads::Place of_another = reads.Add(nullptr, [] { return "bob"; });
  std::vector<PendingReads::Place> places;
  for (size_t i = 0; i < PendingReads::kMaxSlowOfCaller + 2; ++i) {
    places.push_back(reads.Add(nullptr, [] { return "alice"; }));
  }
  reads.CutOffLate(places[0]->began);
  EXPECT_EQ(reads.cut_off(), 0u) << "a burst of requests may come at once";
  for (int i = 0; i < 2; ++i) reads.CutOffLate(places.back()->began + PendingReads::kSlow);
  EXPECT_FALSE(places[0]->cut_off.ok());
  EXPECT_FALSE(places[1]->cut_off.ok());
  EXPECT_TRUE(places[2]->cut_off.ok());
  EXPECT_TRUE(of_another->cut_off.ok());
  EXPECT_EQ(reads.cut_off(), 2u);
}

}  // namespace
}  // namespace chatter::rpc
