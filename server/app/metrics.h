// What operators watch, in Prometheus' format: how full each bounded thing is, beside its bound,
// and how often the bound was met. What each means: docs/operations/metrics.md.
#ifndef CHATTER_SERVER_APP_METRICS_H_
#define CHATTER_SERVER_APP_METRICS_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "server/app/acceptor.h"
#include "server/app/backend.h"
#include "server/rpc/late_parsing.h"

namespace prometheus {
class Collectable;
class Exposer;
}  // namespace prometheus

namespace chatter::app {

// Where they come from.
struct MetricSources {
  const Backend& backend;
  const Acceptor& acceptor;
  const rpc::PendingReads& reads;
};

// Serves them by HTTP at /metrics until it is destroyed.
class MetricsServer {
 public:
  // Port 0: any that is free. The sources must outlive the server. Errors: UNAVAILABLE (the address
  // can't be listened on).
  static absl::StatusOr<std::unique_ptr<MetricsServer>> Start(const std::string& address,
                                                              const MetricSources& sources);
  ~MetricsServer();

  int port() const;

 private:
  MetricsServer(const std::string& address, const MetricSources& sources);

  std::shared_ptr<prometheus::Collectable> metrics_;
  std::unique_ptr<prometheus::Exposer> exposer_;
};

}  // namespace chatter::app

#endif  // CHATTER_SERVER_APP_METRICS_H_
