#include "server/app/server.h"

#include <grpcpp/ext/channelz_service_plugin.h>
#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server_builder.h>

#include <chrono>
#include <future>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "server/app/logging.h"
#include "server/interceptors/stack.h"
#include "server/model/limits.h"
#include "server/rpc/chat_service.h"
#include "server/rpc/health_service.h"
#include "server/rpc/member_service.h"
#include "server/rpc/message_service.h"
#include "server/rpc/methods.h"
#include "server/rpc/preference_service.h"
#include "server/rpc/presence_service.h"
#include "server/rpc/read_state_service.h"
#include "server/rpc/room_service.h"
#include "server/rpc/search_service.h"
#include "server/rpc/service_account_service.h"
#include "server/rpc/session_service.h"
#include "server/rpc/settings_service.h"
#include "server/rpc/tenant_service.h"
#include "server/rpc/token_issuer_service.h"
#include "server/rpc/user_service.h"
#include "spdlog/spdlog.h"

namespace chatter::app {
namespace {

// Of one connection. A gateway with more streams opens more connections; one alone can't take all
// of the server.
constexpr int kMaxConcurrentStreams = 1'000;
// So that a peer that has vanished without a word is noticed, and a client that looks after its
// connection in the same way isn't taken for a flood.
constexpr int kKeepaliveMillis = 60'000;
constexpr int kKeepaliveTimeoutMillis = 20'000;
constexpr int kMinClientPingMillis = 10'000;

constexpr absl::Duration kHealthInterval = absl::Seconds(1);
constexpr absl::Duration kHeartbeatTick = absl::Seconds(1);
// Whoever may not go on hears of it within two seconds.
constexpr absl::Duration kRecheckInterval = absl::Milliseconds(1'500);
constexpr absl::Duration kHeadCheckInterval = absl::Seconds(5);
constexpr absl::Duration kPurgeInterval = absl::Seconds(5);
constexpr absl::Duration kCertificateInterval = absl::Seconds(2);
// How late a call's line may come into the log.
constexpr absl::Duration kAccessLogInterval = absl::Milliseconds(500);
// How long calls may still take once the streams are drained.
constexpr std::chrono::milliseconds kCallGrace(2'000);
// How long what is written behind may still take.
constexpr std::chrono::milliseconds kFlushGrace(1'000);

void SetUpConnections(grpc::ServerBuilder& builder) {
  builder.SetMaxReceiveMessageSize(limits::kRequestBytes);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, kMaxConcurrentStreams);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveMillis);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepaliveTimeoutMillis);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS,
                             kMinClientPingMillis);
  // Else two servers could share a port, each getting some of the connections.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  // Only reflection, health and channelz are served by threads that block.
  builder.SetSyncServerOption(grpc::ServerBuilder::NUM_CQS, 1);
  builder.SetSyncServerOption(grpc::ServerBuilder::MAX_POLLERS, 1);
}

absl::Status CannotListenError(const std::string& address) {
  return absl::UnavailableError(
      absl::StrCat("can't listen on ", address, ": is the port taken, or the host not this one?"));
}

}  // namespace

struct Server::Services {
  explicit Services(Backend& backend)
      : chat(backend.messages, backend.rooms, backend.bus, backend.tenant_settings,
             backend.chat_sessions),
        rooms(backend.rooms),
        members(backend.members),
        message_changes(backend.message_changer, backend.messages),
        read_states(backend.read_states, backend.bus),
        preferences(backend.preferences, backend.bus),
        presence(backend.presence),
        search(backend.search),
        users(backend.users),
        tenants(backend.tenants, backend.tenant_lifecycle, backend.tenant_exports),
        service_accounts(backend.service_accounts),
        sessions(backend.sessions),
        token_issuers(backend.token_issuers),
        settings(backend.settings),
        health({"chatter.v1.ChatService", "chatter.v1.RoomService", "chatter.v1.MemberService",
                "chatter.v1.MessageService", "chatter.v1.ReadStateService",
                "chatter.v1.PreferenceService", "chatter.v1.PresenceService",
                "chatter.v1.SearchService", "chatter.v1.UserService", "chatter.v1.TenantService",
                "chatter.v1.ServiceAccountService", "chatter.v1.SessionService",
                "chatter.v1.TokenIssuerService", "chatter.v1.SettingsService"}) {}

  rpc::ChatService chat;
  rpc::RoomService rooms;
  rpc::MemberService members;
  rpc::MessageService message_changes;
  rpc::ReadStateService read_states;
  rpc::PreferenceService preferences;
  rpc::PresenceService presence;
  rpc::SearchService search;
  rpc::UserService users;
  rpc::TenantService tenants;
  rpc::ServiceAccountService service_accounts;
  rpc::SessionService sessions;
  rpc::TokenIssuerService token_issuers;
  rpc::SettingsService settings;
  rpc::HealthService health;
};

absl::StatusOr<std::unique_ptr<Server>> Server::Start(Config config, const Clock& clock) {
  std::unique_ptr<Server> server(new Server(std::move(config), clock));
  if (absl::Status status = server->Begin(); !status.ok()) return status;
  return server;
}

Server::Server(Config config, const Clock& clock)
    : config_(std::move(config)),
      clock_(clock),
      health_task_(kHealthInterval, [this] { ReportHealth(); }) {}

Server::~Server() { Shutdown(); }

absl::Status Server::Begin() {
  auto backend = Backend::Create(config_, clock_, [this](bool connected) {
    connected_ = connected;
    health_task_.Poke();
  });
  if (!backend.ok()) return backend.status();
  backend_ = *std::move(backend);
  services_ = std::make_unique<Services>(*backend_);
  if (absl::Status status = Listen(); !status.ok()) return status;
  if (absl::Status status = ListenForOperators(); !status.ok()) return status;
  if (absl::Status status = ServeMetrics(); !status.ok()) return status;
  listening_ = true;
  BeginTasks();
  return absl::OkStatus();
}

absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> Server::MakeCredentials() {
  if (!config_.tls.enabled()) return grpc::InsecureServerCredentials();
  auto certificates = TlsCertificates::Create(config_.tls);
  if (!certificates.ok()) return certificates.status();
  certificates_ = *std::move(certificates);
  return certificates_->MakeServerCredentials();
}

absl::Status Server::Listen() {
  auto credentials = MakeCredentials();
  if (!credentials.ok()) return credentials.status();
  grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  grpc::ServerBuilder builder;
  SetUpConnections(builder);
  builder.AddListeningPort(config_.listen, *std::move(credentials), &port_);
  builder.RegisterService(&services_->chat);
  builder.RegisterService(&services_->rooms);
  builder.RegisterService(&services_->members);
  builder.RegisterService(&services_->message_changes);
  builder.RegisterService(&services_->read_states);
  builder.RegisterService(&services_->preferences);
  builder.RegisterService(&services_->presence);
  builder.RegisterService(&services_->search);
  builder.RegisterService(&services_->users);
  builder.RegisterService(&services_->tenants);
  builder.RegisterService(&services_->service_accounts);
  builder.RegisterService(&services_->sessions);
  builder.RegisterService(&services_->token_issuers);
  builder.RegisterService(&services_->settings);
  builder.RegisterService(&services_->health);
  interceptors::InstallStack(builder, {.tenants = backend_->identity->tenant_directory,
                                       .authenticators = backend_->identity->authenticators,
                                       .users = backend_->identity->users,
                                       .access_log = AccessLogger(),
                                       .methods = rpc::Methods(),
                                       .clock = clock_,
                                       .credentials = {.session_cookie = config_.session_cookie()},
                                       .trusted_proxies = config_.trusted_proxies});
  server_ = builder.BuildAndStart();
  if (server_ == nullptr) return CannotListenError(config_.listen);
  spdlog::info("listening: address={} port={} tls={}", config_.listen, port_,
               config_.tls.enabled());
  return absl::OkStatus();
}

// A server of its own, because channelz shows all connections to whoever may call it.
absl::Status Server::ListenForOperators() {
  if (config_.ops_listen.empty()) return absl::OkStatus();
  // Goes into every builder made from now on; the main server's has been made.
  grpc::channelz::experimental::InitChannelzService();
  grpc::ServerBuilder builder;
  SetUpConnections(builder);
  builder.AddListeningPort(config_.ops_listen, grpc::InsecureServerCredentials(), &ops_port_);
  builder.RegisterService(&services_->health);
  ops_server_ = builder.BuildAndStart();
  if (ops_server_ == nullptr) return CannotListenError(config_.ops_listen);
  spdlog::info("listening for operators: address={} port={}", config_.ops_listen, ops_port_);
  return absl::OkStatus();
}

absl::Status Server::ServeMetrics() {
  if (config_.metrics_listen.empty()) return absl::OkStatus();
  auto metrics = MetricsServer::Start(config_.metrics_listen, *backend_);
  if (!metrics.ok()) return metrics.status();
  metrics_ = *std::move(metrics);
  spdlog::info("listening for Prometheus: address={} port={}", config_.metrics_listen,
               metrics_port());
  return absl::OkStatus();
}

void Server::BeginTasks() {
  schema_preparation_.emplace(backend_->identity->migrator, backend_->tenant_maker,
                              config_.single_schema, [this] {
                                schemas_ready_ = true;
                                health_task_.Poke();
                              });
  heartbeat_task_.emplace(kHeartbeatTick, [this] {
    backend_->chat_sessions.Tick();
    backend_->presence.Tick();
  });
  recheck_task_.emplace(kRecheckInterval, [this] {
    if (ready()) backend_->identity->rechecker.Run(backend_->chat_sessions.Streams());
  });
  head_check_task_.emplace(kHeadCheckInterval, [this] {
    if (ready()) backend_->hub.CheckHeads();
  });
  purge_task_.emplace(kPurgeInterval, [this] {
    // What failed is in the log, and due the next time as well.
    if (ready()) backend_->tenant_purger.Run().IgnoreError();
    if (ready()) backend_->room_purger.Run().IgnoreError();
  });
  access_log_task_.emplace(kAccessLogInterval, [log = AccessLogger()] { log->flush(); });
  if (certificates_ != nullptr) {
    certificate_task_.emplace(kCertificateInterval, [this] { certificates_->Refresh(); });
  }
}

void Server::ReportHealth() {
  if (!listening_ || ready() == was_ready_) return;
  was_ready_ = !was_ready_;
  services_->health.SetServing(was_ready_);
  spdlog::info("health: {}", was_ready_ ? "serving" : "not serving, the database is away");
}

// The order, from the outside in:
//   1. Health says NOT_SERVING, for good: load balancers send no more calls.
//   2. Tenants that wait to be made, or for a search index, are refused; streams are asked to go,
//   and ended when the
//      grace is over.
//   3. gRPC stops: no new calls, a moment for those under way, then they are cancelled.
//   4. When the users of these streams were last seen is written, if that takes only a moment.
//   5. The tasks stop; heartbeats were needed until here.
//   6. Destruction, in the reverse order of making: servers, services, then the backend,
//      which stops the database before the rules, the hub and the stores go.
void Server::Shutdown() {
  if (std::exchange(shut_down_, true)) return;
  if (services_ != nullptr) services_->health.Shutdown();
  if (server_ != nullptr) {
    backend_->tenants.Drain();
    backend_->search.Drain();
    backend_->chat_sessions.Drain(config_.drain_grace);
    WaitForStreams();
    StopCalls();
    FlushPresence();
  }
  health_task_.Stop();
  certificate_task_.reset();
  access_log_task_.reset();
  purge_task_.reset();
  head_check_task_.reset();
  recheck_task_.reset();
  heartbeat_task_.reset();
  schema_preparation_.reset();
}

void Server::WaitForStreams() {
  const absl::Time end = absl::Now() + config_.drain_grace;
  while (backend_->chat_sessions.active() > 0 && absl::Now() < end) {
    absl::SleepFor(absl::Milliseconds(20));
  }
  backend_->chat_sessions.EndAll();
}

void Server::FlushPresence() {
  auto flushed = std::make_shared<std::promise<void>>();
  backend_->presence.Flush([flushed] { flushed->set_value(); });
  flushed->get_future().wait_for(kFlushGrace);
}

void Server::StopCalls() {
  const auto stop = [this] {
    if (ops_server_ != nullptr) ops_server_->Shutdown(std::chrono::system_clock::now());
    server_->Shutdown(std::chrono::system_clock::now() + kCallGrace);
  };
  std::future<void> stopped = std::async(std::launch::async, stop);
  // A cancelled call ends only when the database has answered, and gRPC waits for it.
  if (stopped.wait_for(kCallGrace * 3 / 2) == std::future_status::timeout) {
    backend_->identity->database->Stop();
  }
  stopped.get();
}

}  // namespace chatter::app
