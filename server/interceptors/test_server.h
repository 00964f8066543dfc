// For tests: a gRPC server on a free port whose handlers do nothing but say whom they see, behind
// the real interceptors, with tenants and sessions in memory in place of PostgreSQL.
#ifndef CHATTER_SERVER_INTERCEPTORS_TEST_SERVER_H_
#define CHATTER_SERVER_INTERCEPTORS_TEST_SERVER_H_

#include <grpcpp/grpcpp.h>
#include <spdlog/logger.h>

#include <functional>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "chatter/v1/chat.grpc.pb.h"
#include "chatter/v1/errors.pb.h"
#include "chatter/v1/tenant.grpc.pb.h"
#include "chatter/v1/user.grpc.pb.h"
#include "common/mutex.h"
#include "server/model/model.h"
#include "tests/support/fake_identity.h"

namespace chatter::interceptors {

// What the handlers saw. Thread-safe.
class Sightings {
 public:
  // Admits the call, and notes it.
  absl::StatusOr<Caller> Admit(grpc::CallbackServerContext* context);

  int handled() const;   // calls that got to a handler
  int admitted() const;  // of those, the ones with a Caller
  // REQUIRES: admitted() > 0.
  Caller last_caller() const;

 private:
  mutable Mutex mu_;
  int handled_ ABSL_GUARDED_BY(mu_) = 0;
  int admitted_ ABSL_GUARDED_BY(mu_) = 0;
  std::optional<Caller> last_caller_ ABSL_GUARDED_BY(mu_);
};

using Metadata = std::vector<std::pair<std::string, std::string>>;

// How a call went.
struct Outcome {
  grpc::Status status;
  v1::ErrorReason reason = v1::ERROR_REASON_UNSPECIFIED;
  std::string who;  // as the handler saw the caller: test::Describe
  std::string request_id;
};

class TestServer : public test::FakeIdentity {
 public:
  // How long calls may take: a test that hangs should say which.
  static constexpr absl::Duration kPatience = absl::Seconds(20);

  // Puts interceptors into the server that is built.
  using Install = std::function<void(grpc::ServerBuilder&, TestServer&)>;

  // With the whole stack.
  explicit TestServer(Options options = {});
  explicit TestServer(const Install& install, Options options = {});
  ~TestServer();

  // UserService/GetUser, on a connection that all calls of the server share.
  Outcome GetUser(const Metadata& metadata, const std::string& authority = "",
                  absl::Duration timeout = kPatience);
  // UserService/UpsertUsers.
  Outcome UpsertUsers(const Metadata& metadata);
  // TenantService/ListTenants.
  Outcome ListTenants(const Metadata& metadata);
  // ChatService/Chat; the first event names the user.
  Outcome Chat(const Metadata& metadata);

  const std::string& address() const { return address_; }
  std::shared_ptr<grpc::Channel> channel() const { return channel_; }
  // The access log so far, a level and a line for each call.
  std::string log() const { return log_text_.str(); }

  std::shared_ptr<spdlog::logger> access_log;
  Sightings sightings;

 private:
  class Users;
  class Tenants;
  class Chats;

  std::ostringstream log_text_;
  std::unique_ptr<Users> users_;
  std::unique_ptr<Tenants> tenant_service_;
  std::unique_ptr<Chats> chats_;
  std::unique_ptr<grpc::Server> server_;
  std::string address_;
  std::shared_ptr<grpc::Channel> channel_;
};

// A credential as metadata.
std::pair<std::string, std::string> Bearer(const std::string& token);
// The reason that the status carries.
v1::ErrorReason ReasonOf(const grpc::Status& status);

}  // namespace chatter::interceptors

#endif  // CHATTER_SERVER_INTERCEPTORS_TEST_SERVER_H_
