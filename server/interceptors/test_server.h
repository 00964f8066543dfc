// For tests: a gRPC server on a free port whose handlers do nothing but say whom they see, behind
// the real interceptors, with tenants and sessions in memory in place of PostgreSQL.
#ifndef CHATTER_SERVER_INTERCEPTORS_TEST_SERVER_H_
#define CHATTER_SERVER_INTERCEPTORS_TEST_SERVER_H_

#include <grpcpp/grpcpp.h>
#include <spdlog/logger.h>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "chatter/v1/chat.grpc.pb.h"
#include "chatter/v1/errors.pb.h"
#include "chatter/v1/tenant.grpc.pb.h"
#include "chatter/v1/user.grpc.pb.h"
#include "server/base/mutex.h"
#include "server/base/worker.h"
#include "server/identity/api_key_authenticator.h"
#include "server/identity/authenticator_chain.h"
#include "server/identity/session_authenticator.h"
#include "server/identity/tenant_directory.h"
#include "server/identity/test_fakes.h"
#include "server/identity/user_directory.h"
#include "server/model/model.h"

namespace chatter::interceptors {

// Tenants and sessions, looked up on a thread of its own as in the database. Thread-safe.
class FakeDatabase {
 public:
  explicit FakeDatabase(const Clock& clock) : clock_(clock) {}

  void AddTenant(std::string_view schema, std::vector<std::string> domains = {},
                 TenantState state = TenantState::kActive);
  void AddUser(std::string_view schema, const std::string& user_id, bool active = true);
  void AddApiKey(const std::string& key, ServiceIdentity identity);
  void AddSession(std::string_view schema, const std::string& token, const std::string& user_id);

  // From now on lookups fail with this; OK: they work again.
  void FailWith(absl::Status status);
  // From now on lookups wait until Release.
  void Hold();
  void Release();
  // Returns once a lookup waits; false: none has come in a long time.
  bool AwaitHeldLookup();

  identity::TenantLookups tenant_lookups();
  identity::SessionLookups session_lookups();
  identity::UserLookup user_lookup();
  identity::ApiKeyLookup api_key_lookup();

 private:
  template <typename T>
  void Answer(Callback<T> done, std::function<T()> find);

  const Clock& clock_;
  Mutex mu_;
  CondVar changed_;
  std::vector<Tenant> tenants_ ABSL_GUARDED_BY(mu_);
  std::map<std::pair<TenantKey, Sha256Digest>, Session> sessions_ ABSL_GUARDED_BY(mu_);
  std::map<std::pair<TenantKey, std::string>, User> users_ ABSL_GUARDED_BY(mu_);
  std::map<Sha256Digest, ServiceIdentity> api_keys_ ABSL_GUARDED_BY(mu_);
  absl::Status failure_ ABSL_GUARDED_BY(mu_);
  bool holding_ ABSL_GUARDED_BY(mu_) = false;
  int held_ ABSL_GUARDED_BY(mu_) = 0;
  Worker worker_;  // the last member: its closures use the others
};

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
  // "tenant/user/credential" as the handler saw it, and "/service" for a service account or one who
  // acts on behalf of the user.
  std::string who;
  std::string request_id;
};

class TestServer {
 public:
  static constexpr char kAdministratorKey[] = "an administrator's key";
  // Its value "of-NAME" makes the caller the user NAME.
  static constexpr char kSessionCookie[] = "sessionid";
  // How long calls may take: a test that hangs should say which.
  static constexpr absl::Duration kPatience = absl::Seconds(20);

  // Puts interceptors into the server that is built.
  using Install = std::function<void(grpc::ServerBuilder&, TestServer&)>;

  // With the whole stack, which trusts proxies on this host.
  explicit TestServer(std::optional<SchemaName> single_schema = std::nullopt);
  explicit TestServer(const Install& install,
                      std::optional<SchemaName> single_schema = std::nullopt);
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

  identity::FakeClock clock;
  FakeDatabase database{clock};
  identity::TenantDirectory tenants;
  std::unique_ptr<identity::AuthenticatorChain> authenticators;
  identity::UserDirectory users;
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
