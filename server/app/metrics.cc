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

// Reads them whenever they are asked for: what is measured pays nothing.
class Metrics final : public prometheus::Collectable {
 public:
  explicit Metrics(const Backend& backend) : backend_(backend) {}

  std::vector<MetricFamily> Collect() const override {
    std::vector<MetricFamily> all;
    AddStreams(all);
    AddSends(all);
    AddLogPages(all);
    AddDatabase(all);
    AddCaches(all);
    return all;
  }

 private:
  static MetricFamily& Family(std::vector<MetricFamily>& all, const std::string& name,
                              std::string help, MetricType type) {
    return all.emplace_back(MetricFamily{
        .name = "chatter_" + name, .help = std::move(help), .type = type, .metric = {}});
  }
  template <typename Value>
  static void Gauge(std::vector<MetricFamily>& all, const std::string& name, std::string help,
                    Value value) {
    auto& family = Family(all, name, std::move(help), MetricType::Gauge);
    family.metric.emplace_back().gauge.value = static_cast<double>(value);
  }
  static void Counter(std::vector<MetricFamily>& all, const std::string& name, std::string help,
                      uint64_t value) {
    auto& family = Family(all, name + "_total", std::move(help), MetricType::Counter);
    family.metric.emplace_back().counter.value = static_cast<double>(value);
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

  void AddDatabase(std::vector<MetricFamily>& all) const {
    using store::Database;
    const Database::Stats stats = backend_.identity->database->stats();
    Gauge(all, "database_connections", "Connections to PostgreSQL that stand",
          stats.connections_up);
    Gauge(all, "database_waiting", "Transactions that wait for a connection", stats.waiting);
    Gauge(all, "database_waiting_limit", "Of queries and writes, each half",
          2 * Database::kMaxWaiting);
    Counter(all, "database_refused", "Transactions refused as OVERLOADED", stats.refused);
  }

  void AddCaches(std::vector<MetricFamily>& all) const {
    const std::pair<const char*, identity::CacheStats> caches[] = {
        {"tenants", backend_.identity->tenant_directory.cache_stats()},
        {"credentials", backend_.identity->authenticators.cache_stats()},
        {"users", backend_.identity->users.cache_stats()}};
    const auto add = [&](const char* name, const char* help, MetricType type, auto member) {
      auto& family = Family(all, name, help, type);
      for (const auto& [cache, stats] : caches) {
        prometheus::ClientMetric& metric = family.metric.emplace_back();
        metric.label = {{"cache", cache}};
        (type == MetricType::Gauge ? metric.gauge.value : metric.counter.value) =
            static_cast<double>(stats.*member);
      }
    };
    using identity::CacheStats;
    add("cache_entries", "What is remembered", MetricType::Gauge, &CacheStats::entries);
    add("cache_entries_limit", "The oldest go", MetricType::Gauge, &CacheStats::capacity);
    add("cache_hits_total", "Answers at hand", MetricType::Counter, &CacheStats::hits);
    add("cache_misses_total", "Answers looked up", MetricType::Counter, &CacheStats::misses);
    add("cache_evictions_total", "For want of room", MetricType::Counter, &CacheStats::evictions);
    add("cache_refused_total", "Look-ups refused as OVERLOADED", MetricType::Counter,
        &CacheStats::refusals);
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
