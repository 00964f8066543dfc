#include "server/app/metrics.h"

#include <prometheus/collectable.h>
#include <prometheus/exposer.h>
#include <prometheus/metric_family.h>

#include <exception>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/app/logging.h"
#include "server/store/send_queue.h"

namespace chatter::app {
namespace {

using prometheus::MetricFamily;
using prometheus::MetricType;

// Reads them whenever they are asked for: what is measured pays nothing.
class Metrics final : public prometheus::Collectable {
 public:
  explicit Metrics(const MetricSources& sources)
      : backend_(sources.backend), acceptor_(sources.acceptor), reads_(sources.reads) {}

  std::vector<MetricFamily> Collect() const override {
    std::vector<MetricFamily> all;
    AddConnections(all);
    AddReads(all);
    AddStreams(all);
    AddSends(all);
    AddLogPages(all);
    AddDatabase(all);
    AddCaches(all);
    AddStrangers(all);
    AddWalks(all);
    AddReplies(all);
    Counter(all, "log_lines_dropped", "Log lines that nobody read in time", DroppedLogLines());
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

  void AddConnections(std::vector<MetricFamily>& all) const {
    const Acceptor::Stats stats = acceptor_.stats();
    Gauge(all, "connections", "Connections that are open", stats.connections);
    Gauge(all, "connections_limit", "Beyond it, newcomers are closed at once",
          acceptor_.max_connections());
    Counter(all, "connections_refused", "Connections closed at once, beyond the limit of all",
            stats.refused);
    Counter(all, "connections_refused_by_address",
            "Connections closed at once, beyond the limit of their address",
            stats.refused_by_address);
    Counter(all, "connections_silent", "Connections closed before they had said anything sensible",
            stats.silent);
  }

  void AddReads(std::vector<MetricFamily>& all) const {
    Gauge(all, "requests_read", "Requests of unary calls that are being read", reads_.count());
    Counter(all, "reads_cancelled", "Calls ended because their requests didn't come in time",
            reads_.cut_off());
  }

  void AddStreams(std::vector<MetricFamily>& all) const {
    const stream::LiveBytes& live = backend_.conversation.sessions.live_bytes();
    Gauge(all, "streams", "Chat streams that are open", backend_.conversation.sessions.active());
    Counter(all, "streams_refused", "Streams refused because their users had enough of them",
            backend_.conversation.sessions.refused());
    Gauge(all, "live_bytes", "Live events that wait for slow streams", live.used.load());
    Gauge(all, "live_bytes_limit", "Beyond it, each stream may hold 64 KiB", live.max);
    Counter(all, "streams_lagged", "Times that a stream was too slow and lost its live events",
            live.times_dropped);
  }

  void AddSends(std::vector<MetricFamily>& all) const {
    using store::SendQueue;
    const store::EventWriter::Stats stats = backend_.log.writer.stats();
    Gauge(all, "send_queue_messages", "Messages that wait to be stored", stats.queued_rows);
    Gauge(all, "send_queue_messages_limit", "Of tenants that are well, and again of the others",
          SendQueue::kMaxRows);
    Gauge(all, "send_queue_bytes", "Their size", stats.queued_bytes);
    Gauge(all, "send_queue_bytes_limit", "Of tenants that are well, and again of the others",
          SendQueue::kMaxBytes);
    Counter(all, "sends_refused", "Sends refused as OVERLOADED", stats.refused);
    Gauge(all, "tenants_blocked", "Tenants whose messages wait for somebody's lock",
          stats.blocked_tenants);
    Counter(all, "commits", "Commits of messages", stats.commits);
    Counter(all, "messages_stored", "Messages in those commits", stats.messages);
  }

  void AddLogPages(std::vector<MetricFamily>& all) const {
    using live::LogPages;
    Counter(all, "epochs_ended", "Times that a tenant's logs were found in another epoch",
            backend_.log.hub.epochs_ended());
    const LogPages::Stats stats = backend_.log.pages.stats();
    Counter(all, "log_pages_wanted", "Pages of rooms' logs that streams asked for", stats.wanted);
    Counter(all, "log_pages_read", "Those that had to be read", stats.read);
    Gauge(all, "log_pages_waiting", "Pages that wait to be read", stats.waiting);
    Gauge(all, "log_pages_kept_bytes", "Pages that are kept", stats.kept_bytes);
    Gauge(all, "log_pages_kept_bytes_limit", "At most", LogPages::kMaxKeptBytes);
  }

  void AddDatabase(std::vector<MetricFamily>& all) const {
    using postgres::Database;
    const Database::Stats stats = backend_.identity->database->stats();
    Gauge(all, "database_connections", "Connections to PostgreSQL that stand",
          stats.connections_up);
    Counter(all, "database_wrong_answers",
            "Connections given up because an answer was not to its question", stats.wrong_answers);
    Gauge(all, "database_waiting", "Transactions that wait for a connection", stats.waiting);
    Gauge(all, "database_waiting_limit", "Of queries and writes, each half",
          2 * Database::kMaxWaiting);
    Gauge(all, "tenants_broken", "Tenants whose tables were missing, or wrong, of late",
          stats.broken_tenants);
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

  void AddWalks(std::vector<MetricFamily>& all) const {
    const Turnstile::Stats stats = backend_.conversation.walks.stats();
    Gauge(all, "room_walks", "Reads of all of a user's rooms that go on", stats.running);
    Gauge(all, "room_walks_waiting", "Those that wait for their turn", stats.waiting);
    Counter(all, "room_walks_refused", "Those refused as OVERLOADED", stats.refused);
  }

  void AddReplies(std::vector<MetricFamily>& all) const {
    const interceptors::ReplyBudget::Stats stats = backend_.replies.stats();
    Gauge(all, "reply_bytes", "Replies that wait for clients to read them", stats.bytes);
    Gauge(all, "reply_bytes_limit", "Of all callers; one may hold an eighth of it", stats.limit);
    Counter(all, "replies_refused", "Calls refused because their clients don't read",
            stats.refused);
  }

  void AddStrangers(std::vector<MetricFamily>& all) const {
    const Turnstile::Stats stats = backend_.identity->strangers.stats();
    Gauge(all, "stranger_lookups", "Look-ups of unknown tenants and credentials that go on",
          stats.running);
    Gauge(all, "stranger_lookups_waiting", "Those that wait for their turn", stats.waiting);
    Counter(all, "stranger_lookups_refused", "Those refused as OVERLOADED", stats.refused);
  }

  const Backend& backend_;
  const Acceptor& acceptor_;
  const rpc::PendingReads& reads_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<MetricsServer>> MetricsServer::Start(const std::string& address,
                                                                    const MetricSources& sources) {
  try {
    return std::unique_ptr<MetricsServer>(new MetricsServer(address, sources));
  } catch (const std::exception&) {  // the library's way to say it
    return absl::UnavailableError(absl::StrCat("can't listen on ", address,
                                               ": is the port taken, or the host not this one?"));
  }
}

MetricsServer::MetricsServer(const std::string& address, const MetricSources& sources)
    : metrics_(std::make_shared<Metrics>(sources)),
      exposer_(std::make_unique<prometheus::Exposer>(address, /*num_threads=*/1)) {
  exposer_->RegisterCollectable(metrics_);
}

MetricsServer::~MetricsServer() = default;

int MetricsServer::port() const { return exposer_->GetListeningPorts().front(); }

}  // namespace chatter::app
