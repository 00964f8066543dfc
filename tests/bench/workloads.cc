#include "tests/bench/workloads.h"

#include <algorithm>
#include <atomic>
#include <iostream>
#include <optional>
#include <thread>
#include <utility>

namespace chatter::bench {
namespace {

constexpr Nanos kOpenTimeout = 60 * kSecond;
constexpr Nanos kDrainTimeout = 10 * kSecond;
constexpr Nanos kCatchUpTimeout = 120 * kSecond;

constexpr int kMaxFanOutSenders = 20;
constexpr uint64_t kFanOutInFlight = 50;  // of each sender; a stream may have 64

Nanos ToNanos(double seconds) { return static_cast<Nanos>(seconds * kSecond); }
double ToSeconds(Nanos nanos) { return static_cast<double>(nanos) / kSecond; }

struct Window {
  Nanos begin = 0;
  Nanos end = 0;
  StreamCounts counts;  // what happened in it
};

StreamCounts Difference(const StreamCounts& end, const StreamCounts& begin) {
  return {.sent = end.sent - begin.sent,
          .acked = end.acked - begin.acked,
          .failed = end.failed - begin.failed,
          .delivered = end.delivered - begin.delivered,
          .frames = end.frames - begin.frames,
          .bytes = end.bytes - begin.bytes,
          .lagged = end.lagged - begin.lagged,
          .gaps = end.gaps - begin.gaps};
}

// Measures what goes on by itself.
Window Measure(const Fleet& fleet, const Timing& timing) {
  SleepUntil(Now() + ToNanos(timing.warm_up));
  Window window;
  const StreamCounts before = fleet.counts();
  window.begin = Now();
  Say("begin");
  SleepUntil(window.begin + ToNanos(timing.seconds));
  const StreamCounts after = fleet.counts();
  window.end = Now();
  Say("end");
  window.counts = Difference(after, before);
  return window;
}

nlohmann::json ToJson(const StreamCounts& counts) {
  return {{"sent", counts.sent},           {"acked", counts.acked},   {"failed", counts.failed},
          {"delivered", counts.delivered}, {"frames", counts.frames}, {"bytes", counts.bytes},
          {"lagged", counts.lagged},       {"gaps", counts.gaps}};
}

// The figures that all workloads have. Stops the fleet.
nlohmann::json Report(Fleet& fleet, const Window& window) {
  std::string error = fleet.first_error();
  fleet.Stop();
  nlohmann::json report = ToJson(window.counts);
  report["seconds"] = ToSeconds(window.end - window.begin);
  report["streams"] = fleet.size();
  report["error"] = std::move(error);
  report["total"] = ToJson(fleet.counts());
  report["ack"] = fleet.ack_latencies().Summary(window.begin, window.end);
  report["delivery"] = fleet.delivery_latencies().Summary(window.begin, window.end);
  return report;
}

nlohmann::json Failure(const Fleet& fleet, const std::string& what) {
  return {{"error", what + ": " + fleet.first_error()}};
}

// Sends at a fixed rate from a thread of its own.
class Pacer {
 public:
  Pacer(Fleet& fleet, const FleetOptions& options, double rate)
      : fleet_(fleet),
        rooms_(options.rooms),
        senders_(options.open_members < 0 ? options.members : options.open_members),
        rate_(rate),
        thread_([this] { Run(); }) {}
  ~Pacer() { Stop(); }

  void Stop() {
    stopping_ = true;
    if (thread_.joinable()) thread_.join();
  }

 private:
  void Run() {
    const Nanos begin = Now();
    for (int64_t count = 0; !stopping_; ++count) {
      const Nanos scheduled = begin + static_cast<Nanos>(static_cast<double>(count) / rate_ * 1e9);
      if (scheduled > Now()) SleepUntil(scheduled);
      const auto room = static_cast<int>(count % rooms_);
      const auto member = static_cast<int>(count / rooms_ % senders_);
      fleet_.stream_of(room, member).Send(scheduled);
    }
  }

  Fleet& fleet_;
  const int rooms_;
  const int senders_;
  const double rate_;
  std::atomic<bool> stopping_ = false;
  std::thread thread_;
};

// Waits for what is on its way to all members with a stream. What doesn't come is missing.
uint64_t AwaitMissing(Fleet& fleet, const FleetOptions& options) {
  const auto members =
      static_cast<uint64_t>(options.open_members < 0 ? options.members : options.open_members);
  const uint64_t expected = options.acks_only ? 0 : fleet.counts().sent * members;
  fleet.AwaitDeliveries(expected, Now() + kDrainTimeout);
  const uint64_t delivered = fleet.counts().delivered;
  return expected > delivered ? expected - delivered : 0;
}

// Keeps a number of messages on their way to all streams: as many as the slowest stream allows.
class FanOutPump {
 public:
  FanOutPump(int members, int window)
      : members_(static_cast<uint64_t>(members)),
        window_(static_cast<uint64_t>(window)),
        senders_(static_cast<size_t>(std::min(members, kMaxFanOutSenders))) {}

  // Every frame makes room for more.
  void OnDeliveries(Fleet& fleet, uint64_t deliveries) {
    delivered_ += deliveries;
    if (sent_ >= slowest_ + window_) LookForSlowest(fleet);
    size_t full = 0;  // senders in a row that have no room
    while (!stopping_ && full < senders_ && sent_ < slowest_ + window_) {
      LoadStream& sender = fleet.stream(next_sender_++ % senders_);
      if (sender.in_flight() >= kFanOutInFlight) {
        ++full;
        continue;
      }
      full = 0;
      ++sent_;
      sender.Send(Now());
    }
  }

  void Stop() { stopping_ = true; }

 private:
  // Now and then only, as all streams are asked; but always when nothing is under way any more.
  void LookForSlowest(Fleet& fleet) {
    if (++looks_ % (members_ / 16 + 1) != 0 && delivered_ < sent_ * members_) return;
    uint64_t slowest = sent_;
    for (size_t i = 0; i < fleet.size(); ++i) {
      slowest = std::min(slowest, fleet.stream(i).delivered());
    }
    slowest_ = slowest;
  }

  const uint64_t members_;
  const uint64_t window_;
  const size_t senders_;
  std::atomic<bool> stopping_ = false;
  std::atomic<uint64_t> sent_ = 0;
  std::atomic<uint64_t> delivered_ = 0;  // of all streams
  std::atomic<uint64_t> slowest_ = 0;    // how many the slowest stream had, at the last look
  std::atomic<uint64_t> looks_ = 0;
  std::atomic<size_t> next_sender_ = 0;
};

}  // namespace

void Say(const std::string& event, nlohmann::json more) {
  more["event"] = event;
  std::cout << more.dump() << std::endl;
}

nlohmann::json RunSends(const FleetOptions& options, const Timing& timing, int in_flight) {
  std::atomic<bool> stopping = false;
  Fleet fleet(options, [&stopping](LoadStream& stream, uint64_t, uint64_t acks) {
    for (uint64_t i = 0; i < acks && !stopping; ++i) stream.Send(Now());
  });
  if (!fleet.Open(Now() + kOpenTimeout)) return Failure(fleet, "opening");
  for (size_t i = 0; i < fleet.size(); ++i) {
    for (int j = 0; j < in_flight; ++j) fleet.stream(i).Send(Now());
  }
  const Window window = Measure(fleet, timing);
  stopping = true;
  const uint64_t missing = AwaitMissing(fleet, options);
  nlohmann::json report = Report(fleet, window);
  report["missing"] = missing;
  return report;
}

nlohmann::json RunFanOut(const FleetOptions& options, const Timing& timing, int window_size) {
  FanOutPump pump(options.members, window_size);
  std::optional<Fleet> fleet;
  fleet.emplace(options, [&](LoadStream&, uint64_t deliveries, uint64_t acks) {
    if (deliveries + acks > 0) pump.OnDeliveries(*fleet, deliveries);
  });
  if (!fleet->Open(Now() + kOpenTimeout)) return Failure(*fleet, "opening");
  pump.OnDeliveries(*fleet, 0);
  const Window window = Measure(*fleet, timing);
  pump.Stop();
  const uint64_t missing = AwaitMissing(*fleet, options);
  nlohmann::json report = Report(*fleet, window);
  report["missing"] = missing;
  return report;
}

nlohmann::json RunRate(const FleetOptions& options, const Timing& timing, double rate) {
  Fleet fleet(options);
  if (!fleet.Open(Now() + kOpenTimeout)) return Failure(fleet, "opening");
  Window window;
  {
    const Pacer pacer(fleet, options, rate);
    window = Measure(fleet, timing);
  }
  const uint64_t missing = AwaitMissing(fleet, options);
  nlohmann::json report = Report(fleet, window);
  report["missing"] = missing;
  return report;
}

nlohmann::json RunStalled(const FleetOptions& live, const FleetOptions& stalled,
                          const Timing& timing, double fill_seconds, double rate) {
  Fleet fleet(live);
  if (!fleet.Open(Now() + kOpenTimeout)) return Failure(fleet, "opening");
  Fleet stalled_fleet(stalled);
  Window alone;
  Window beside;
  {
    const Pacer pacer(fleet, live, rate);
    alone = Measure(fleet, timing);
    if (!stalled_fleet.Open(Now() + kOpenTimeout)) return Failure(stalled_fleet, "opening");
    Say("stalled");
    beside = Measure(fleet, {.warm_up = fill_seconds, .seconds = timing.seconds});
  }
  const uint64_t missing = AwaitMissing(fleet, live);
  stalled_fleet.Stop();
  nlohmann::json report = Report(fleet, beside);
  report["missing"] = missing;
  report["delivery_alone"] = fleet.delivery_latencies().Summary(alone.begin, alone.end);
  return report;
}

nlohmann::json RunIdle(const FleetOptions& options, const Timing& timing) {
  Fleet fleet(options);
  const Nanos begin = Now();
  if (!fleet.Open(begin + kOpenTimeout)) return Failure(fleet, "opening");
  const double opening = ToSeconds(Now() - begin);
  const Window window = Measure(fleet, timing);
  nlohmann::json report = Report(fleet, window);
  report["opening_seconds"] = opening;
  return report;
}

nlohmann::json RunCatchUp(const FleetOptions& behind, const FleetOptions& live,
                          const Timing& timing, double live_rate) {
  Fleet live_fleet(live);
  if (!live_fleet.Open(Now() + kOpenTimeout)) return Failure(live_fleet, "opening");
  Fleet fleet(behind);
  std::optional<Pacer> pacer;
  Window before;
  if (live_fleet.size() > 0) {
    pacer.emplace(live_fleet, live, live_rate);
    SleepUntil(Now() + ToNanos(timing.warm_up));
    before.begin = Now();
    SleepUntil(before.begin + ToNanos(timing.seconds));
    before.end = Now();
  }
  Window window;
  window.begin = Now();
  Say("begin");
  const bool level = fleet.Open(Now() + kCatchUpTimeout) &&
                     fleet.AwaitCaughtUp(fleet.size(), Now() + kCatchUpTimeout);
  window.end = Now();
  Say("end");
  window.counts = fleet.counts();
  pacer.reset();
  if (!level) return Failure(fleet, "catching up");
  const uint64_t missing = live_fleet.size() > 0 ? AwaitMissing(live_fleet, live) : 0;
  live_fleet.Stop();
  nlohmann::json report = Report(fleet, window);
  const Latencies latencies = live_fleet.delivery_latencies();
  report["missing"] = missing;
  report["live_before"] = latencies.Summary(before.begin, before.end);
  report["live_during"] = latencies.Summary(window.begin, window.end);
  return report;
}

}  // namespace chatter::bench
