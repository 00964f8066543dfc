// The whole server: from a configuration to something that answers calls.
//
// Not thread-safe: made, asked and shut down by one thread.
#ifndef CHATTER_SERVER_APP_SERVER_H_
#define CHATTER_SERVER_APP_SERVER_H_

#include <grpcpp/resource_quota.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>

#include <atomic>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/app/acceptor.h"
#include "server/app/backend.h"
#include "server/app/metrics.h"
#include "server/app/schemas.h"
#include "server/app/services.h"
#include "server/app/tls.h"
#include "server/base/clock.h"
#include "server/base/periodic_task.h"
#include "server/config/config.h"
#include "server/store/control_probe.h"

namespace chatter::app {

class Server {
 public:
  // Listens before the database is there: until it is connected and its schemas are ready, and
  // whenever the connection is lost, the health service says NOT_SERVING.
  // Errors: INVALID_ARGUMENT (a setting), UNAVAILABLE (an address can't be listened on; the message
  // names it). `clock` must outlive the server.
  static absl::StatusOr<std::unique_ptr<Server>> Start(config::Config config,
                                                       const Clock& clock = Clock::Real());
  ~Server();

  int port() const { return acceptor_->port(); }
  int ops_port() const { return ops_acceptor_ == nullptr ? 0 : ops_acceptor_->port(); }  // 0: off
  int metrics_port() const { return metrics_ == nullptr ? 0 : metrics_->port(); }        // 0: off
  bool ready() const { return connected_ && schemas_ready_ && control_probe_->readable(); }

  // Reads the files that rotate again, soon: certificates, and Django's keys. What can't be used
  // leaves things as they are, and is told to the log.
  void RereadFiles();

  // Drains the streams, lets calls end, and stops. Blocks for the drain's grace and a few seconds
  // at most, whatever PostgreSQL does. Does nothing the second time. Ends the process, with
  // success, if gRPC doesn't let go of all calls within that.
  void Shutdown();

 private:
  Server(config::Config config, const Clock& clock);
  absl::Status Begin();
  absl::Status Listen();
  absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> MakeCredentials();
  absl::Status ListenForOperators();
  // Makes the server that is built, at last, get its connections from there.
  static absl::StatusOr<std::unique_ptr<grpc::Server>> ServeAt(
      Acceptor& acceptor, grpc::ServerBuilder& builder,
      std::shared_ptr<grpc::ServerCredentials> credentials);
  absl::Status ServeMetrics();
  void BeginTasks();
  void ReportHealth();
  // Why the server isn't ready, for the log.
  std::string_view Trouble() const;
  void WaitForStreams();
  void StopCalls();
  void FlushPresence();

  const config::Config config_;
  const Clock& clock_;

  // Set by the threads that find out.
  std::atomic<bool> connected_ = false;
  std::atomic<bool> heads_due_ = false;  // since the database is back
  std::atomic<bool> schemas_ready_ = false;

  std::atomic<bool> listening_ = false;

  bool was_ready_ = false;  // the health task's own
  bool shut_down_ = false;

  // In the order in which they need each other.
  grpc::ResourceQuota quota_;
  PeriodicTask health_task_;
  std::unique_ptr<Backend> backend_;
  std::optional<store::ControlProbe> control_probe_;
  std::unique_ptr<Services> services_;
  std::unique_ptr<Acceptor> acceptor_;
  std::unique_ptr<Acceptor> ops_acceptor_;         // nullptr: off
  std::unique_ptr<MetricsServer> metrics_;         // nullptr: off
  std::unique_ptr<TlsCertificates> certificates_;  // nullptr: connections aren't encrypted
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<grpc::Server> ops_server_;
  std::optional<SchemaPreparation> schema_preparation_;
  std::optional<PeriodicTask> heartbeat_task_;
  std::optional<PeriodicTask> recheck_task_;
  std::optional<PeriodicTask> head_check_task_;
  std::optional<PeriodicTask> settle_task_;
  std::optional<PeriodicTask> purge_task_;
  std::optional<PeriodicTask> log_index_task_;
  std::optional<PeriodicTask> certificate_task_;
  std::optional<PeriodicTask> access_log_task_;
  std::optional<PeriodicTask> memory_task_;
};

}  // namespace chatter::app

#endif  // CHATTER_SERVER_APP_SERVER_H_
