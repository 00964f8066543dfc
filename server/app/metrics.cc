#include "server/app/metrics.h"

#include <prometheus/collectable.h>
#include <prometheus/exposer.h>
#include <prometheus/metric_family.h>

#include <exception>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/store/send_queue.h"

namespace chatter::app {
namespace {

using prometheus::MetricFamily;
using prometheus::MetricType;

MetricFamily Family(std::string name, std::string help, MetricType type, double value) {
  prometheus::ClientMetric metric;
  metric.gauge.value = type == MetricType::Gauge ? value : 0;
  metric.counter.value = type == MetricType::Counter ? value : 0;
  return {.name = "chatter_" + std::move(name),
          .help = std::move(help),
          .type = type,
          .metric = {std::move(metric)}};
}

// Reads them whenever they are asked for: what is measured pays nothing.
class Metrics final : public prometheus::Collectable {
 public:
  explicit Metrics(const Backend& backend) : backend_(backend) {}

  std::vector<MetricFamily> Collect() const override {
    std::vector<MetricFamily> all;
    AddStreams(all);
    AddSends(all);
    AddLogPages(all);
    return all;
  }

 private:
  template <typename Value>
  static void Gauge(std::vector<MetricFamily>& all, std::string name, std::string help,
                    Value value) {
    all.push_back(
        Family(std::move(name), std::move(help), MetricType::Gauge, static_cast<double>(value)));
  }
  static void Counter(std::vector<MetricFamily>& all, std::string name, std::string help,
                      uint64_t value) {
    all.push_back(Family(std::move(name) + "_total", std::move(help), MetricType::Counter,
                         static_cast<double>(value)));
  }

  void AddStreams(std::vector<MetricFamily>& all) const {
    const rpc::LiveBytes& live = backend_.chat_sessions.live_bytes();
    Gauge(all, "streams", "Chat streams that are open", backend_.chat_sessions.active());
    Gauge(all, "live_bytes", "Live events that wait for slow streams", live.used.load());
    Gauge(all, "live_bytes_limit", "Beyond it, each stream may hold 64 KiB", live.max);
    Counter(all, "streams_lagged", "Times that a stream was too slow and lost its live events",
            live.times_dropped);
  }

  void AddSends(std::vector<MetricFamily>& all) const {
    using store::SendQueue;
    const store::EventWriter::Stats stats = backend_.event_writer.stats();
    Gauge(all, "send_queue_messages", "Messages that wait to be stored", stats.queued_rows);
    Gauge(all, "send_queue_messages_limit", "Of all tenants; one may fill half of it",
          SendQueue::kMaxRows);
    Gauge(all, "send_queue_bytes", "Their size", stats.queued_bytes);
    Gauge(all, "send_queue_bytes_limit", "Of all tenants; one may fill half of it",
          SendQueue::kMaxBytes);
    Counter(all, "sends_refused", "Sends refused as OVERLOADED", stats.refused);
    Counter(all, "commits", "Commits of messages", stats.commits);
    Counter(all, "messages_stored", "Messages in those commits", stats.messages);
  }

  void AddLogPages(std::vector<MetricFamily>& all) const {
    using chat::LogPages;
    const LogPages::Stats stats = backend_.log_pages.stats();
    Counter(all, "log_pages_wanted", "Pages of rooms' logs that streams asked for", stats.wanted);
    Counter(all, "log_pages_read", "Those that had to be read", stats.read);
    Gauge(all, "log_pages_waiting", "Pages that wait to be read", stats.waiting);
    Gauge(all, "log_pages_kept_bytes", "Pages that are kept", stats.kept_bytes);
    Gauge(all, "log_pages_kept_bytes_limit", "At most", LogPages::kMaxKeptBytes);
  }

  const Backend& backend_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<MetricsServer>> MetricsServer::Start(const std::string& address,
                                                                    const Backend& backend) {
  try {
    return std::unique_ptr<MetricsServer>(new MetricsServer(address, backend));
  } catch (const std::exception&) {  // the library's way to say it
    return absl::UnavailableError(absl::StrCat("can't listen on ", address,
                                               ": is the port taken, or the host not this one?"));
  }
}

MetricsServer::MetricsServer(const std::string& address, const Backend& backend)
    : metrics_(std::make_shared<Metrics>(backend)),
      exposer_(std::make_unique<prometheus::Exposer>(address, /*num_threads=*/1)) {
  exposer_->RegisterCollectable(metrics_);
}

MetricsServer::~MetricsServer() = default;

int MetricsServer::port() const { return exposer_->GetListeningPorts().front(); }

}  // namespace chatter::app
