#include "server/app/server.h"

#include <grpcpp/ext/channelz_service_plugin.h>
#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/impl/server_builder_option.h>
#include <grpcpp/impl/server_builder_plugin.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server_builder.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <future>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/steady_time.h"
#include "server/app/descriptors.h"
#include "server/app/logging.h"
#include "server/app/memory.h"
#include "server/interceptors/stack.h"
#include "server/model/limits.h"
#include "server/rpc/methods.h"
#include "spdlog/spdlog.h"

namespace chatter::app {
namespace {

// Of one connection. A gateway with more streams opens more connections; one alone can't take all
// of the server.
constexpr int kMaxConcurrentStreams = 1'000;
// From the last byte that the acceptor has seen to the end of the handshakes, TLS's and HTTP/2's.
constexpr int kHandshakeMillis = 10'000;
// Unless a setting says otherwise, each takes some 50 KB.
constexpr size_t kMaxConnections = 10'000;
constexpr size_t kMaxOperatorConnections = 64;
// So that a peer that has vanished without a word is noticed, and a client that looks after its
// connection in the same way isn't taken for a flood: every five seconds is usual, and some may be
// held up on their way and come together.
constexpr int kKeepaliveMillis = 60'000;
constexpr int kKeepaliveTimeoutMillis = 20'000;
constexpr int kMinClientPingMillis = 4'000;
constexpr int kClientPingsTooSoon = 10;

// Of what the container may have: what gRPC reads into and keeps for calls. Beyond it, gRPC ends
// streams.
constexpr size_t kConnectionsShareOfMemory = 4;

constexpr absl::Duration kHealthInterval = absl::Seconds(1);
constexpr absl::Duration kHeartbeatTick = absl::Seconds(1);
// Whoever may not go on hears of it within two seconds.
constexpr absl::Duration kRecheckInterval = absl::Milliseconds(1'500);
constexpr absl::Duration kHeadCheckInterval = absl::Seconds(5);
constexpr absl::Duration kPurgeInterval = absl::Seconds(5);
// Missing ones slow some reads down, no more.
constexpr absl::Duration kLogIndexInterval = absl::Minutes(1);
constexpr absl::Duration kMemoryInterval = absl::Seconds(10);
constexpr absl::Duration kSettleInterval = absl::Seconds(30);
constexpr absl::Duration kCertificateInterval = absl::Seconds(2);
// How late a call's line may come into the log.
constexpr absl::Duration kAccessLogInterval = absl::Milliseconds(500);
// How long calls may still take once the streams are drained.
constexpr std::chrono::milliseconds kCallGrace(2'000);
// How long gRPC may take, after that and without a database, to let go of them.
constexpr std::chrono::milliseconds kBacklogGrace(2'000);
// How long what is written behind may still take.
constexpr std::chrono::milliseconds kFlushGrace(1'000);

// gRPC still hands over, one by one, calls that clients have long given up, and there may be a
// hundred thousand. Everything that was acknowledged is stored, so the process can go as it is.
[[noreturn]] void LeaveCallsBehind() {
  spdlog::warn("stopped, with calls that gRPC has not let go of");
  AccessLogger()->flush();
  spdlog::default_logger()->flush();
  std::_Exit(EXIT_SUCCESS);
}

void SetUpConnections(grpc::ServerBuilder& builder, const config::Config& config,
                      const grpc::ResourceQuota& quota) {
  builder.SetMaxReceiveMessageSize(limits::kRequestBytes);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, kMaxConcurrentStreams);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveMillis);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepaliveTimeoutMillis);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS,
                             kMinClientPingMillis);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MAX_PING_STRIKES, kClientPingsTooSoon);
  builder.AddChannelArgument(GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, kHandshakeMillis);
  builder.AddChannelArgument(
      GRPC_ARG_MAX_CONNECTION_IDLE_MS,
      static_cast<int>(absl::ToInt64Milliseconds(config.idle_connection_time)));
  // gRPC inflates before it looks at the bound of a message, so nothing compressed is taken: a call
  // with it fails UNIMPLEMENTED.
  builder.SetCompressionAlgorithmSupportStatus(GRPC_COMPRESS_DEFLATE, false);
  builder.SetCompressionAlgorithmSupportStatus(GRPC_COMPRESS_GZIP, false);
  builder.AddChannelArgument(GRPC_ARG_ENABLE_PER_MESSAGE_DECOMPRESSION, 0);
  // What is sent before anybody reads it is bounded by the windows of HTTP/2, which this would
  // widen.
  builder.AddChannelArgument(GRPC_ARG_HTTP2_BDP_PROBE, 0);
  builder.SetResourceQuota(quota);
  // Only operators' services are served by threads that block.
  builder.SetSyncServerOption(grpc::ServerBuilder::NUM_CQS, 1);
  builder.SetSyncServerOption(grpc::ServerBuilder::MAX_POLLERS, 1);
}

// Reflection and channelz go into every builder by themselves. Each stream of the one takes a
// thread, and the other tells of everybody's connections: they are for operators.
class WithoutPlugins final : public grpc::ServerBuilderOption {
 public:
  void UpdateArguments(grpc::ChannelArguments*) override {}
  void UpdatePlugins(std::vector<std::unique_ptr<grpc::ServerBuilderPlugin>>* plugins) override {
    plugins->clear();
  }
};

struct ConnectionLimits {
  size_t all;
  size_t per_address;
};

ConnectionLimits LimitConnections(const config::Config& config) {
  ConnectionLimits limits = {static_cast<size_t>(config.max_connections),
                             static_cast<size_t>(config.max_connections_per_address)};
  const size_t descriptors = RaiseDescriptorLimit();
  if (limits.all == 0) {
    limits.all = std::min(kMaxConnections, DescriptorsForConnections(descriptors));
  }
  if (limits.per_address == 0) limits.per_address = std::max<size_t>(1, limits.all / 2);
  return limits;
}

void WarnOfCleartext(const Acceptor& acceptor, const std::string& address,
                     const config::Config& config) {
  if (acceptor.loopback_only() || config.insecure) return;
  spdlog::warn(
      "connections to {} aren't encrypted, and other machines get there: see --tls-cert-file, put "
      "a proxy that does TLS in front, or say --insecure",
      address);
}

}  // namespace

absl::StatusOr<std::unique_ptr<Server>> Server::Start(config::Config config, const Clock& clock) {
  std::unique_ptr<Server> server(new Server(std::move(config), clock));
  if (absl::Status status = server->Begin(); !status.ok()) return status;
  return server;
}

Server::Server(config::Config config, const Clock& clock)
    : config_(std::move(config)),
      clock_(clock),
      quota_("connections"),
      health_task_(kHealthInterval, [this] { ReportHealth(); }) {}

Server::~Server() { Shutdown(); }

absl::Status Server::Begin() {
  quota_.Resize(MemoryLimit() / kConnectionsShareOfMemory);
  auto backend = Backend::Create(config_, clock_, [this](bool connected) {
    connected_ = connected;
    if (connected) heads_due_ = true;
    health_task_.Poke();
  });
  if (!backend.ok()) return backend.status();
  backend_ = *std::move(backend);
  control_probe_.emplace(backend_->identity->control, [this] { health_task_.Poke(); });
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
  const ConnectionLimits limits = LimitConnections(config_);
  auto acceptor = Acceptor::Listen({.address = config_.listen,
                                    .tls = config_.tls.enabled(),
                                    .max_connections = limits.all,
                                    .max_connections_per_address = limits.per_address,
                                    .trusted_proxies = config_.trusted_proxies});
  if (!acceptor.ok()) return acceptor.status();
  acceptor_ = *std::move(acceptor);
  grpc::ServerBuilder builder;
  SetUpConnections(builder, config_, quota_);
  builder.SetOption(std::make_unique<WithoutPlugins>());
  services_->Register(builder);
  interceptors::InstallStack(builder, {.admission = backend_->identity->admission,
                                       .access_log = AccessLogger(),
                                       .methods = rpc::Methods(),
                                       .clock = clock_,
                                       .replies = &backend_->replies});
  auto server = ServeAt(*acceptor_, builder, *std::move(credentials));
  if (!server.ok()) return server.status();
  server_ = *std::move(server);
  spdlog::info("listening: address={} port={} tls={} max_connections={}", config_.listen, port(),
               config_.tls.enabled(), limits.all);
  if (!config_.tls.enabled()) WarnOfCleartext(*acceptor_, config_.listen, config_);
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<grpc::Server>> Server::ServeAt(
    Acceptor& acceptor, grpc::ServerBuilder& builder,
    std::shared_ptr<grpc::ServerCredentials> credentials) {
  using grpc::experimental::ExternalConnectionAcceptor;
  const std::shared_ptr<ExternalConnectionAcceptor> grpc_side =
      builder.experimental().AddExternalConnectionAcceptor(
          grpc::ServerBuilder::experimental_type::ExternalConnectionType::FROM_FD,
          std::move(credentials));
  std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (server == nullptr) return absl::InternalError("gRPC doesn't start");
  acceptor.Start([grpc_side](int fd) {
    ExternalConnectionAcceptor::NewConnectionParameters connection;
    connection.fd = fd;
    grpc_side->HandleNewConnection(&connection);
  });
  return server;
}

absl::Status Server::ListenForOperators() {
  if (config_.ops_listen.empty()) return absl::OkStatus();
  auto acceptor = Acceptor::Listen({.address = config_.ops_listen,
                                    .max_connections = kMaxOperatorConnections,
                                    .max_connections_per_address = kMaxOperatorConnections});
  if (!acceptor.ok()) return acceptor.status();
  ops_acceptor_ = *std::move(acceptor);
  grpc::channelz::experimental::InitChannelzService();
  grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  grpc::ServerBuilder builder;
  SetUpConnections(builder, config_, quota_);
  services_->RegisterForOperators(builder);
  auto server = ServeAt(*ops_acceptor_, builder, grpc::InsecureServerCredentials());
  if (!server.ok()) return server.status();
  ops_server_ = *std::move(server);
  spdlog::info("listening for operators: address={} port={}", config_.ops_listen, ops_port());
  WarnOfCleartext(*ops_acceptor_, config_.ops_listen, config_);
  return absl::OkStatus();
}

absl::Status Server::ServeMetrics() {
  if (config_.metrics_listen.empty()) return absl::OkStatus();
  auto metrics = MetricsServer::Start(
      config_.metrics_listen,
      {.backend = *backend_, .acceptor = *acceptor_, .reads = services_->reads()});
  if (!metrics.ok()) return metrics.status();
  metrics_ = *std::move(metrics);
  spdlog::info("listening for Prometheus: address={} port={}", config_.metrics_listen,
               metrics_port());
  return absl::OkStatus();
}

void Server::BeginTasks() {
  schema_preparation_.emplace(backend_->identity->migrator, backend_->administration.tenant_maker,
                              config_.single_schema, [this] {
                                schemas_ready_ = true;
                                backend_->identity->database->OpenAll();
                                health_task_.Poke();
                              });
  heartbeat_task_.emplace(kHeartbeatTick, [this] {
    backend_->conversation.sessions.Tick();
    backend_->conversation.presence.Tick();
    services_->reads().CutOffLate(SteadyTime::Now());
  });
  recheck_task_.emplace(kRecheckInterval, [this] {
    if (ready()) backend_->identity->rechecker.Run(backend_->conversation.sessions.Streams());
  });
  head_check_task_.emplace(kHeadCheckInterval, [this] {
    if (ready()) backend_->log.hub.CheckHeads();
  });
  settle_task_.emplace(kSettleInterval, [this] {
    if (ready()) backend_->stores.room_settler.Tick();
  });
  purge_task_.emplace(kPurgeInterval, [this] {
    // What failed is in the log, and due the next time as well.
    if (ready()) backend_->tenant_purger.Run().IgnoreError();
    if (ready()) backend_->room_purger.Run().IgnoreError();
  });
  log_index_task_.emplace(kLogIndexInterval, [this] {
    if (ready()) backend_->log_indexes.Run().IgnoreError();  // likewise
  });
  access_log_task_.emplace(kAccessLogInterval, [log = AccessLogger()] { log->flush(); });
  memory_task_.emplace(kMemoryInterval, ReturnFreeMemory);
  if (certificates_ != nullptr) {
    certificate_task_.emplace(kCertificateInterval, [this] { certificates_->Refresh(); });
  }
}

void Server::RereadFiles() {
  if (certificates_ != nullptr) {
    certificates_->TellAgain();
    certificate_task_->Poke();
  }
  backend_->identity->RereadFiles();
}

void Server::ReportHealth() {
  if (!listening_) return;
  if (connected_ && schemas_ready_) control_probe_->Ask();
  // The database that is back may not be as it was: who sends from now on had better not be first.
  if (ready() && heads_due_.exchange(false)) backend_->log.hub.CheckHeads();
  if (ready() == was_ready_) return;
  was_ready_ = !was_ready_;
  services_->health().SetServing(was_ready_);
  spdlog::info("health: {}", was_ready_ ? "serving" : Trouble());
}

std::string_view Server::Trouble() const {
  if (!connected_) return "not serving: no PostgreSQL answers that takes writes";
  if (!schemas_ready_) return "not serving: the control schema isn't ready";
  return "not serving: the directory of tenants (chatter.tenant) can't be read";
}

// The order, from the outside in:
//   1. Health says NOT_SERVING, for good: load balancers send no more calls.
//   2. Tenants that wait to be made are refused, search indexes are given up; streams are asked to
//   go, and ended when the grace is over.
//   3. gRPC stops: no new calls, a moment for those under way, then they are cancelled.
//   4. When the users of these streams were last seen is written, if that takes only a moment.
//   5. Changes of schemas under way are given up, and the tasks stop; heartbeats were needed until
//   here.
//   6. Destruction, in the reverse order of making: servers, services, then the backend,
//      which stops the database before the rules, the hub and the stores go.
void Server::Shutdown() {
  if (std::exchange(shut_down_, true)) return;
  if (services_ != nullptr) services_->health().Shutdown();
  if (server_ != nullptr) {
    backend_->administration.tenants.Drain();
    backend_->conversation.search_languages.Drain();
    backend_->conversation.sessions.Drain(config_.drain_grace);
    WaitForStreams();
    StopCalls();
    FlushPresence();
  }
  health_task_.Stop();
  if (backend_ != nullptr) {
    backend_->identity->migrator.Stop();
    backend_->schema_sessions.Stop();
  }
  certificate_task_.reset();
  access_log_task_.reset();
  memory_task_.reset();
  log_index_task_.reset();
  purge_task_.reset();
  settle_task_.reset();
  head_check_task_.reset();
  recheck_task_.reset();
  heartbeat_task_.reset();
  schema_preparation_.reset();
}

void Server::WaitForStreams() {
  const SteadyTime end = SteadyTime::Now() + config_.drain_grace;
  while (backend_->conversation.sessions.active() > 0 && SteadyTime::Now() < end) {
    absl::SleepFor(absl::Milliseconds(20));
  }
  backend_->conversation.sessions.EndAll();
}

void Server::FlushPresence() {
  auto flushed = std::make_shared<std::promise<void>>();
  backend_->conversation.presence.Flush([flushed] { flushed->set_value(); });
  flushed->get_future().wait_for(kFlushGrace);
}

void Server::StopCalls() {
  acceptor_->Stop();
  if (ops_acceptor_ != nullptr) ops_acceptor_->Stop();
  const auto stop = [this] {
    if (ops_server_ != nullptr) ops_server_->Shutdown(gpr_time_0(GPR_TIMESPAN));
    server_->Shutdown(gpr_time_from_millis(kCallGrace.count(), GPR_TIMESPAN));
  };
  // Its thread may be left behind.
  std::promise<void> done;
  const std::future<void> stopped = done.get_future();
  std::thread([stop, done = std::move(done)]() mutable {
    stop();
    done.set_value();
  }).detach();
  // A cancelled call ends only when the database has answered, and gRPC waits for it.
  if (stopped.wait_for(kCallGrace * 3 / 2) == std::future_status::ready) return;
  backend_->identity->database->Stop();
  if (stopped.wait_for(kBacklogGrace) == std::future_status::ready) return;
  LeaveCallsBehind();
}

}  // namespace chatter::app
