// grpc.health.v1.Health, for load balancers and for `chatter health`.
//
// Not gRPC's own, because that says SERVING from the moment a server listens until it is told
// otherwise, and this server listens before its database is there.
// Thread-safe. Must outlive the servers that it is registered with.
#ifndef CHATTER_SERVER_RPC_HEALTH_SERVICE_H_
#define CHATTER_SERVER_RPC_HEALTH_SERVICE_H_

#include <memory>
#include <string>

#include "absl/container/flat_hash_set.h"
#include "common/mutex.h"
#include "grpc/health/v1/health.grpc.pb.h"

namespace chatter::rpc {

class HealthService final : public grpc::health::v1::Health::CallbackService {
 public:
  // Answers for `services` (full names) and for "", the server as a whole. All have one state:
  // NOT_SERVING until SetServing.
  explicit HealthService(absl::flat_hash_set<std::string> services);
  ~HealthService() override;

  void SetServing(bool serving);
  // NOT_SERVING, for good.
  void Shutdown();

  // NOT_FOUND for a service that isn't here.
  grpc::ServerUnaryReactor* Check(grpc::CallbackServerContext* context,
                                  const grpc::health::v1::HealthCheckRequest* request,
                                  grpc::health::v1::HealthCheckResponse* response) override;
  // SERVICE_UNKNOWN for a service that isn't here. Ends with the client or the server.
  grpc::ServerWriteReactor<grpc::health::v1::HealthCheckResponse>* Watch(
      grpc::CallbackServerContext* context,
      const grpc::health::v1::HealthCheckRequest* request) override;

 private:
  using Status = grpc::health::v1::HealthCheckResponse::ServingStatus;
  class Watcher;

  bool Knows(const std::string& service) const;
  Status status();
  void Tell();
  void Remove(const std::shared_ptr<Watcher>& watcher);

  const absl::flat_hash_set<std::string> services_;
  Mutex mu_;
  Status status_ ABSL_GUARDED_BY(mu_) = grpc::health::v1::HealthCheckResponse::NOT_SERVING;
  bool shut_down_ ABSL_GUARDED_BY(mu_) = false;
  absl::flat_hash_set<std::shared_ptr<Watcher>> watchers_ ABSL_GUARDED_BY(mu_);
};

}  // namespace chatter::rpc

#endif  // CHATTER_SERVER_RPC_HEALTH_SERVICE_H_
