// Who gets through to what: every method of the API, called by every kind of caller at the whole
// server, as the table in server/rpc/methods.cc says, and that the server has it. (That the table
// has all methods is for methods_test.cc to show.)
#include <grpcpp/create_channel.h>
#include <grpcpp/generic/generic_stub.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "chatter/v1/service_account.grpc.pb.h"
#include "chatter/v1/session.grpc.pb.h"
#include "chatter/v1/user.grpc.pb.h"
#include "server/app/logging.h"
#include "server/app/server.h"
#include "server/base/crypto.h"
#include "server/interceptors/test_server.h"
#include "server/rpc/methods.h"
#include "tests/support/test_database.h"

namespace chatter {
namespace {

constexpr char kAdministratorKey[] = "the administrator's key of this test";

class AccessTest : public testing::Test {
 protected:
  struct Kind {
    std::string name;
    // The credential of one call.
    std::function<std::string()> key;
    std::string on_behalf_of;
    bool is_user = false;
    bool is_service = false;
    bool is_administrator = false;
    bool read_only = false;
  };

  AccessTest() {
    app::SetUpLogging(spdlog::level::err);
    config::Config config;
    config.database_url = database_.url();
    config.listen = "127.0.0.1:0";
    config.admin_key_digest = Sha256(kAdministratorKey);
    server_ = *app::Server::Start(config);
    while (!server_->ready()) std::this_thread::yield();
    channel_ = grpc::CreateChannel(absl::StrCat("127.0.0.1:", server_->port()),
                                   grpc::InsecureChannelCredentials());
    v1::UpsertUsersRequest users;
    users.add_users()->set_id("alice");
    Administrate<v1::UpsertUsersResponse>(*v1::UserService::NewStub(channel_),
                                          &v1::UserService::Stub::UpsertUsers, users);
  }

  template <typename Response, typename Stub, typename Method, typename Request>
  Response Administrate(Stub& stub, Method method, const Request& request) {
    grpc::ClientContext context;
    context.AddMetadata("x-chatter-tenant", "acme");
    context.AddMetadata("authorization", absl::StrCat("Bearer ", kAdministratorKey));
    Response response;
    const grpc::Status status = (stub.*method)(&context, request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response;
  }

  // A call may end sessions: each has its own.
  std::string NewSession() {
    v1::CreateSessionRequest request;
    request.set_user_id("alice");
    return Administrate<v1::CreateSessionResponse>(*v1::SessionService::NewStub(channel_),
                                                   &v1::SessionService::Stub::CreateSession,
                                                   request)
        .token();
  }

  std::string KeyOf(const std::string& account, bool read_only) {
    const auto stub = v1::ServiceAccountService::NewStub(channel_);
    v1::SetServiceAccountRequest request;
    v1::ServiceAccount& made = *request.mutable_service_account();
    made.set_name(account);
    made.add_tenants("*");
    made.add_services("*");
    made.set_read_only(read_only);
    made.set_may_act_for_users(true);
    using Stub = v1::ServiceAccountService::Stub;
    Administrate<v1::SetServiceAccountResponse>(*stub, &Stub::SetServiceAccount, request);
    v1::CreateApiKeyRequest key;
    key.set_account(account);
    return Administrate<v1::CreateApiKeyResponse>(*stub, &Stub::CreateApiKey, key).key();
  }

  std::vector<Kind> Kinds() {
    const auto always = [](std::string key) { return [key = std::move(key)] { return key; }; };
    const std::string full = KeyOf("shop", false);
    const std::string reading = KeyOf("reports", true);
    return {
        {.name = "nobody", .key = always(""), .on_behalf_of = {}},
        {.name = "a user",
         .key = [this] { return NewSession(); },
         .on_behalf_of = {},
         .is_user = true},
        {.name = "a service", .key = always(full), .on_behalf_of = {}, .is_service = true},
        {.name = "a service for a user",
         .key = always(full),
         .on_behalf_of = "alice",
         .is_user = true},
        {.name = "a service that may only read",
         .key = always(reading),
         .on_behalf_of = {},
         .is_service = true,
         .read_only = true},
        {.name = "a service that may only read, for a user",
         .key = always(reading),
         .on_behalf_of = "alice",
         .is_user = true,
         .read_only = true},
        {.name = "the administrator",
         .key = always(kAdministratorKey),
         .on_behalf_of = {},
         .is_service = true,
         .is_administrator = true},
        {.name = "the administrator for a user",
         .key = always(kAdministratorKey),
         .on_behalf_of = "alice",
         .is_user = true},
    };
  }

  static bool TableLets(const Kind& kind, const MethodPolicy& policy) {
    if (kind.read_only && policy.access != Access::kReads) return false;
    switch (policy.callers) {
      case Callers::kAnybody:
        return true;
      case Callers::kAdministrator:
        return kind.is_administrator;
      case Callers::kService:
        return kind.is_service;
      case Callers::kUser:
        return kind.is_user;
      case Callers::kUserOrService:
        return kind.is_user || kind.is_service;
    }
    return false;
  }

  // Whether an empty request of the caller comes to the method's rule: then it is answered, or
  // refused for what it says.
  bool ServerLets(const Kind& kind, const std::string& method) {
    grpc::ClientContext context;
    context.AddMetadata("x-chatter-tenant", "acme");
    if (const std::string key = kind.key(); !key.empty()) {
      context.AddMetadata("authorization", absl::StrCat("Bearer ", key));
    }
    if (!kind.on_behalf_of.empty()) {
      context.AddMetadata("x-chatter-on-behalf-of", kind.on_behalf_of);
    }
    grpc::CompletionQueue queue;
    const auto succeeded = [&queue] {
      void* tag = nullptr;
      bool ok = false;
      return queue.Next(&tag, &ok) && ok;
    };
    const auto call = grpc::GenericStub(channel_).PrepareCall(&context, method, &queue);
    call->StartCall(nullptr);
    succeeded();
    const grpc::Slice nothing;
    call->WriteLast(grpc::ByteBuffer(&nothing, 1), {}, nullptr);
    succeeded();
    grpc::ByteBuffer response;
    call->Read(&response, nullptr);
    const bool answered = succeeded();
    if (answered) context.TryCancel();  // a stream would go on
    grpc::Status status;
    call->Finish(&status, nullptr);
    succeeded();
    if (answered) return true;
    EXPECT_NE(status.error_code(), grpc::StatusCode::UNIMPLEMENTED) << method;
    const v1::ErrorReason reason = interceptors::ReasonOf(status);
    return reason != v1::ERROR_REASON_CREDENTIAL_REQUIRED &&
           reason != v1::ERROR_REASON_CREDENTIAL_NOT_ALLOWED &&
           reason != v1::ERROR_REASON_OUT_OF_SCOPE;
  }

  const test::TestDatabase database_;
  const TenantKey tenant_ = database_.AddTenant("acme");
  std::unique_ptr<app::Server> server_;
  std::shared_ptr<grpc::Channel> channel_;
};

TEST_F(AccessTest, EachKindOfCallerGetsToWhatTheTableSays) {
  const std::vector<Kind> kinds = Kinds();
  for (const std::string& method : rpc::Methods().names()) {
    if (!method.starts_with("/chatter.v1.")) continue;
    const MethodPolicy& policy = rpc::Methods().Find(method)->policy;
    for (const Kind& kind : kinds) {
      EXPECT_EQ(ServerLets(kind, method), TableLets(kind, policy)) << method << ", " << kind.name;
    }
  }
}

}  // namespace
}  // namespace chatter
