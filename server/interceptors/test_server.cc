#include "server/interceptors/test_server.h"

#include <spdlog/sinks/ostream_sink.h>

#include <chrono>

#include "absl/strings/str_cat.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "server/interceptors/call_context.h"
#include "server/interceptors/stack.h"
#include "server/interceptors/status.h"
#include "server/rpc/methods.h"

namespace chatter::interceptors {
namespace {

void Prepare(grpc::ClientContext& context, const Metadata& metadata,
             absl::Duration timeout = TestServer::kPatience) {
  context.set_deadline(gpr_time_from_nanos(absl::ToInt64Nanoseconds(timeout), GPR_TIMESPAN));
  for (const auto& [key, value] : metadata) context.AddMetadata(key, value);
}

Outcome MakeOutcome(const grpc::ClientContext& context, const grpc::Status& status,
                    std::string who) {
  Outcome outcome{
      .status = status, .reason = ReasonOf(status), .who = std::move(who), .request_id = ""};
  const auto& metadata = context.GetServerInitialMetadata();
  const auto found = metadata.find("x-request-id");
  if (found != metadata.end()) {
    outcome.request_id = std::string(found->second.data(), found->second.size());
  }
  return outcome;
}

}  // namespace

absl::StatusOr<Caller> Sightings::Admit(grpc::CallbackServerContext* context) {
  absl::StatusOr<Caller> caller = CallContext::Admit(context);
  MutexLock lock(mu_);
  ++handled_;
  if (caller.ok()) {
    ++admitted_;
    last_caller_ = *caller;
  }
  return caller;
}

int Sightings::handled() const {
  MutexLock lock(mu_);
  return handled_;
}

int Sightings::admitted() const {
  MutexLock lock(mu_);
  return admitted_;
}

Caller Sightings::last_caller() const {
  MutexLock lock(mu_);
  return *last_caller_;
}

class TestServer::Users final : public v1::UserService::CallbackService {
 public:
  explicit Users(Sightings& sightings) : sightings_(sightings) {}

  grpc::ServerUnaryReactor* GetUser(grpc::CallbackServerContext* context, const v1::GetUserRequest*,
                                    v1::GetUserResponse* response) override {
    const auto caller = sightings_.Admit(context);
    if (caller.ok()) response->mutable_user()->set_id(test::Describe(*caller));
    auto* reactor = context->DefaultReactor();
    reactor->Finish(ToGrpcStatus(caller.status()));
    return reactor;
  }
  grpc::ServerUnaryReactor* UpsertUsers(grpc::CallbackServerContext* context,
                                        const v1::UpsertUsersRequest*,
                                        v1::UpsertUsersResponse* response) override {
    const auto caller = sightings_.Admit(context);
    if (caller.ok()) response->add_users()->set_id(test::Describe(*caller));
    auto* reactor = context->DefaultReactor();
    reactor->Finish(ToGrpcStatus(caller.status()));
    return reactor;
  }

 private:
  Sightings& sightings_;
};

class TestServer::Tenants final : public v1::TenantService::CallbackService {
 public:
  explicit Tenants(Sightings& sightings) : sightings_(sightings) {}

  grpc::ServerUnaryReactor* ListTenants(grpc::CallbackServerContext* context,
                                        const v1::ListTenantsRequest*,
                                        v1::ListTenantsResponse* response) override {
    const auto caller = sightings_.Admit(context);
    if (caller.ok()) response->set_next_page_token(test::Describe(*caller));
    auto* reactor = context->DefaultReactor();
    reactor->Finish(ToGrpcStatus(caller.status()));
    return reactor;
  }

 private:
  Sightings& sightings_;
};

class TestServer::Chats final : public v1::ChatService::CallbackService {
 public:
  explicit Chats(Sightings& sightings) : sightings_(sightings) {}

  grpc::ServerBidiReactor<v1::ChatRequest, v1::ChatResponse>* Chat(
      grpc::CallbackServerContext* context) override {
    return new Stream(sightings_.Admit(context));
  }

 private:
  class Stream final : public grpc::ServerBidiReactor<v1::ChatRequest, v1::ChatResponse> {
   public:
    explicit Stream(const absl::StatusOr<Caller>& caller) {
      if (caller.ok()) {
        response_.add_events()->mutable_opened()->set_user_id(test::Describe(*caller));
        StartWriteAndFinish(&response_, {}, grpc::Status::OK);
      } else {
        Finish(ToGrpcStatus(caller.status()));
      }
    }
    void OnDone() override { delete this; }

   private:
    v1::ChatResponse response_;
  };

  Sightings& sightings_;
};

TestServer::TestServer(Options options)
    : TestServer(
          [](grpc::ServerBuilder& builder, TestServer& self) {
            InstallStack(builder, {.admission = self.admission,
                                   .access_log = self.access_log,
                                   .methods = rpc::Methods(),
                                   .clock = self.clock});
          },
          std::move(options)) {}

TestServer::TestServer(const Install& install, Options options)
    : FakeIdentity(std::move(options)),
      users_(std::make_unique<Users>(sightings)),
      tenant_service_(std::make_unique<Tenants>(sightings)),
      chats_(std::make_unique<Chats>(sightings)) {
  access_log = std::make_shared<spdlog::logger>(
      "access", std::make_shared<spdlog::sinks::ostream_sink_mt>(log_text_));
  access_log->set_pattern("%l %v");

  grpc::EnableDefaultHealthCheckService(true);
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(users_.get());
  builder.RegisterService(tenant_service_.get());
  builder.RegisterService(chats_.get());
  install(builder, *this);
  server_ = builder.BuildAndStart();
  address_ = absl::StrCat("127.0.0.1:", port);
  channel_ = grpc::CreateChannel(address_, grpc::InsecureChannelCredentials());
}

TestServer::~TestServer() {
  server_->Shutdown();
  server_->Wait();
}

Outcome TestServer::GetUser(const Metadata& metadata, const std::string& authority,
                            absl::Duration timeout) {
  grpc::ClientContext context;
  Prepare(context, metadata, timeout);
  if (!authority.empty()) context.set_authority(authority);
  v1::GetUserResponse response;
  const auto status = v1::UserService::NewStub(channel_)->GetUser(&context, {}, &response);
  return MakeOutcome(context, status, response.user().id());
}

Outcome TestServer::UpsertUsers(const Metadata& metadata) {
  grpc::ClientContext context;
  Prepare(context, metadata);
  v1::UpsertUsersResponse response;
  const auto status = v1::UserService::NewStub(channel_)->UpsertUsers(&context, {}, &response);
  return MakeOutcome(context, status, response.users_size() == 0 ? "" : response.users(0).id());
}

Outcome TestServer::ListTenants(const Metadata& metadata) {
  grpc::ClientContext context;
  Prepare(context, metadata);
  v1::ListTenantsResponse response;
  const auto status = v1::TenantService::NewStub(channel_)->ListTenants(&context, {}, &response);
  return MakeOutcome(context, status, response.next_page_token());
}

Outcome TestServer::Chat(const Metadata& metadata) {
  grpc::ClientContext context;
  Prepare(context, metadata);
  const auto stream = v1::ChatService::NewStub(channel_)->Chat(&context);
  v1::ChatResponse response;
  std::string who;
  while (stream->Read(&response)) who = response.events(0).opened().user_id();
  const grpc::Status status = stream->Finish();
  return MakeOutcome(context, status, who);
}

std::pair<std::string, std::string> Bearer(const std::string& token) {
  return {"authorization", absl::StrCat("Bearer ", token)};
}

v1::ErrorReason ReasonOf(const grpc::Status& status) {
  google::rpc::Status rich;
  google::rpc::ErrorInfo info;
  v1::ErrorReason reason = v1::ERROR_REASON_UNSPECIFIED;
  if (!rich.ParseFromString(status.error_details())) return reason;
  for (const auto& detail : rich.details()) {
    if (!detail.UnpackTo(&info)) continue;
    if (info.domain() != "chatter") continue;
    v1::ErrorReason_Parse(absl::StrCat("ERROR_REASON_", info.reason()), &reason);
  }
  return reason;
}

}  // namespace chatter::interceptors
