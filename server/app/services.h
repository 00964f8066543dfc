// All services that the server has: the one place that names each of them.
//
// Thread-safe as the services are; registered by one thread.
#ifndef CHATTER_SERVER_APP_SERVICES_H_
#define CHATTER_SERVER_APP_SERVICES_H_

#include <grpcpp/server_builder.h>

#include <memory>

#include "server/app/backend.h"
#include "server/rpc/health_service.h"
#include "server/rpc/late_parsing.h"

namespace chatter::app {

class Services {
 public:
  // The backend must outlive the services.
  explicit Services(Backend& backend);
  ~Services();

  // For callers: the API and health, each behind what reads requests late.
  void Register(grpc::ServerBuilder& builder);
  // For operators: health, and of the API what reflection tells.
  void RegisterForOperators(grpc::ServerBuilder& builder);

  rpc::HealthService& health();
  // The requests that are being read.
  rpc::PendingReads& reads();

 private:
  struct Parts;

  const std::unique_ptr<Parts> parts_;
};

}  // namespace chatter::app

#endif  // CHATTER_SERVER_APP_SERVICES_H_
