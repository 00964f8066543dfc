#include "server/store/database.h"

#include <libpq-fe.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <deque>
#include <map>
#include <thread>
#include <utility>

#include "absl/random/random.h"
#include "absl/time/clock.h"
#include "server/base/mutex.h"
#include "server/model/errors.h"
#include "server/store/connection.h"
#include "spdlog/spdlog.h"

namespace chatter::store {
namespace {

// libpq's own complaints about a URL repeat it, password included: they are not for a log.
absl::Status CheckUrl(const std::string& url) {
  char* complaint = nullptr;
  PQconninfoOption* parsed = url.empty() ? nullptr : PQconninfoParse(url.c_str(), &complaint);
  PQfreemem(complaint);
  if (parsed == nullptr) {
    return absl::InvalidArgumentError(
        "the database URL must be one that libpq understands, such as postgresql://user@host/name");
  }
  PQconninfoFree(parsed);
  return absl::OkStatus();
}

// A connection with what is needed to keep it up.
struct Slot {
  Slot(const DatabaseOptions& options, Lane slot_lane) : connection(options), lane(slot_lane) {}
  Connection connection;
  const Lane lane;
  absl::Duration backoff = absl::ZeroDuration();
  absl::Time connect_at = absl::InfinitePast();
  absl::Time give_up_connecting_at = absl::InfiniteFuture();
  bool up = true;  // false once a loss has been logged; true again when connected
};

}  // namespace

class Database::Loop {
 public:
  Loop(DatabaseOptions options, ReadyListener on_ready)
      : options_(std::move(options)), on_ready_(std::move(on_ready)) {
    wake_fd_ = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (wake_fd_ < 0) std::abort();
    AddSlots(Lane::kWrite, 1);
    AddSlots(Lane::kQuery, options_.query_connections);
    AddSlots(Lane::kSearch, options_.search_connections);
    thread_ = std::thread([this] { Run(); });
  }

  ~Loop() {
    Stop();
    close(wake_fd_);
  }

  void Stop() {
    {
      MutexLock lock(mu_);
      stopping_ = true;
    }
    Wake();
    if (thread_.joinable()) thread_.join();
  }

  Stats stats() const {
    return {.waiting = waiting_count_, .refused = refused_, .connections_up = connections_up_};
  }

  // Returns false, and leaves the transaction alone, when the loop has ended.
  bool Post(PendingPtr& pending) {
    bool asleep;
    {
      MutexLock lock(mu_);
      if (ended_) return false;
      posted_.push_back(std::move(pending));
      asleep = std::exchange(asleep_, false);
    }
    if (asleep) Wake();
    return true;
  }

 private:
  void AddSlots(Lane lane, int count) {
    for (int i = 0; i < count; ++i) slots_.push_back(std::make_unique<Slot>(options_, lane));
  }

  void Run() {
    while (TakePosted()) {
      const absl::Time now = absl::Now();
      Expire(now);
      for (auto& slot : slots_) KeepUp(*slot, now);
      for (auto& slot : slots_) Feed(*slot);
      ReportReady();
      Poll(now);
    }
    FailAll();
  }

  void Wake() {
    const uint64_t one = 1;
    [[maybe_unused]] const ssize_t written = write(wake_fd_, &one, sizeof(one));
  }

  // Returns false when it is time to end: nothing will be posted any more.
  bool TakePosted() {
    bool ended;
    {
      MutexLock lock(mu_);
      taken_.swap(posted_);
      ended = ended_ = stopping_;
    }
    for (PendingPtr& pending : taken_) Submit(std::move(pending));
    taken_.clear();
    return !ended;
  }

  void Submit(PendingPtr pending) {
    auto& waiting = waiting_[pending->transaction.lane];
    if (waiting.size() >= kMaxWaiting) {
      ++refused_;
      pending->Finish(
          MakeRetryableError(absl::StatusCode::kResourceExhausted, v1::ERROR_REASON_OVERLOADED,
                             "Too many calls are waiting for the database.", absl::Seconds(1)));
      return;
    }
    pending->timer.Set(timers_,
                       std::min(pending->transaction.deadline, absl::Now() + options_.max_wait),
                       *pending);
    waiting.push_back(std::move(pending));
  }

  // Answers what has waited for long enough. What was sent stays in its pipeline, unheard.
  void Expire(absl::Time now) {
    while (!timers_.empty() && timers_.begin()->first <= now) {
      PendingTransaction& pending = *timers_.begin()->second;
      if (pending.attempts == 0) {
        pending.Finish(DatabaseUnavailableError());
      } else if (pending.transaction.deadline <= now) {
        pending.Finish(absl::DeadlineExceededError("The database didn't answer in time."));
      } else {
        pending.timer.Set(timers_, pending.transaction.deadline, pending);
      }
    }
  }

  // Connects, notices a lost connection, and connects again after a pause.
  void KeepUp(Slot& slot, absl::Time now) {
    Connection& connection = slot.connection;
    if (connection.state() == Connection::State::kConnecting && now >= slot.give_up_connecting_at) {
      Lose(slot, now, "connecting took too long");
    }
    if (connection.state() != Connection::State::kClosed || now < slot.connect_at) return;
    slot.give_up_connecting_at = now + options_.connect_timeout;
    connection.Connect();
    if (connection.state() == Connection::State::kClosed) {
      Lose(slot, now, connection.last_error());
    }
  }

  void Lose(Slot& slot, absl::Time now, const std::string& why) {
    // Not once for each attempt and connection: a line for each outage.
    if (std::exchange(slot.up, false) && slot.lane == Lane::kWrite) {
      spdlog::warn("database connection lost: {}", why);
    }
    slot.backoff = std::clamp(slot.backoff * 2, options_.min_backoff, options_.max_backoff);
    slot.connect_at = now + absl::Uniform(random_, 0.5, 1.0) * slot.backoff;
    auto& waiting = waiting_[slot.lane];
    std::vector<PendingPtr> lost = slot.connection.Close();
    for (auto it = lost.rbegin(); it != lost.rend(); ++it) {
      if ((*it)->transaction.idempotent) {
        waiting.push_front(std::move(*it));
      } else {
        (*it)->Finish(DatabaseUnavailableError());
      }
    }
  }

  // Searches go one by one: one that nobody waits for any more, when its turn comes, isn't begun.
  static bool HasRoom(const Slot& slot) {
    if (slot.lane == Lane::kSearch && slot.connection.in_flight() > 0) return false;
    return slot.connection.HasRoom();
  }

  // Gives a connection what waits for it, so that those of a lane share the load.
  void Feed(Slot& slot) {
    auto& waiting = waiting_[slot.lane];
    while (!waiting.empty() && HasRoom(slot) && !HasIdlerPeer(slot)) {
      PendingPtr pending = std::move(waiting.front());
      waiting.pop_front();
      if (pending->done) slot.connection.Send(std::move(pending));
    }
  }

  bool HasIdlerPeer(const Slot& slot) const {
    return std::any_of(slots_.begin(), slots_.end(), [&slot](const auto& other) {
      return other->lane == slot.lane && HasRoom(*other) &&
             other->connection.in_flight() < slot.connection.in_flight();
    });
  }

  void ReportReady() {
    bool write = false;
    bool query = false;
    size_t up = 0;
    for (const auto& slot : slots_) {
      if (slot->connection.state() != Connection::State::kReady) continue;
      write |= slot->lane == Lane::kWrite;
      query |= slot->lane == Lane::kQuery;
      ++up;
      slot->backoff = absl::ZeroDuration();
      if (!std::exchange(slot->up, true) && slot->lane == Lane::kWrite) {
        spdlog::info("database connection back");
      }
    }
    size_t waiting_count = 0;
    for (const auto& [lane, waiting] : waiting_) waiting_count += waiting.size();
    waiting_count_ = waiting_count;
    connections_up_ = up;
    if (const bool ready = write && query; ready != ready_) {
      ready_ = ready;
      on_ready_(ready);
    }
  }

  void Poll(absl::Time now) {
    polled_.clear();
    fds_.assign(1, {wake_fd_, POLLIN, 0});
    bool more_to_feed = false;
    for (auto& slot : slots_) {
      if (slot->connection.state() == Connection::State::kClosed) continue;
      fds_.push_back({slot->connection.socket(), slot->connection.wanted_events(), 0});
      polled_.push_back(slot.get());
      more_to_feed |= HasRoom(*slot) && !waiting_[slot->lane].empty();
    }
    const int timeout = more_to_feed || !FallAsleep() ? 0 : TimeoutMillis(now);
    const int ready = poll(fds_.data(), fds_.size(), timeout);
    WakeUp();
    if (ready <= 0) return;
    if (fds_[0].revents != 0) {
      uint64_t count;
      [[maybe_unused]] const ssize_t got = read(wake_fd_, &count, sizeof(count));
    }
    for (size_t i = 0; i < polled_.size(); ++i) {
      if (const short events = fds_[i + 1].revents; events != 0) Handle(*polled_[i], events);
    }
  }

  void Handle(Slot& slot, short events) {
    slot.connection.OnEvents(events);
    for (PendingPtr& retry : slot.connection.TakeRetries()) {
      waiting_[slot.lane].push_front(std::move(retry));
    }
    if (slot.connection.state() == Connection::State::kClosed) {
      Lose(slot, absl::Now(), slot.connection.last_error());
    }
  }

  // From now on whoever posts must wake the loop. Returns false when there is something to do.
  bool FallAsleep() {
    MutexLock lock(mu_);
    asleep_ = posted_.empty() && !stopping_;
    return asleep_;
  }

  void WakeUp() {
    MutexLock lock(mu_);
    asleep_ = false;
  }

  int TimeoutMillis(absl::Time now) const {
    absl::Time next = now + absl::Seconds(60);
    if (!timers_.empty()) next = std::min(next, timers_.begin()->first);
    for (const auto& slot : slots_) {
      const auto state = slot->connection.state();
      if (state == Connection::State::kClosed) next = std::min(next, slot->connect_at);
      if (state == Connection::State::kConnecting) {
        next = std::min(next, slot->give_up_connecting_at);
      }
    }
    return static_cast<int>(absl::ToInt64Milliseconds(std::max(next - now, absl::ZeroDuration()))) +
           1;
  }

  void FailAll() {
    for (auto& slot : slots_) {
      for (PendingPtr& pending : slot->connection.Close()) {
        pending->Finish(DatabaseUnavailableError());
      }
    }
    for (auto& [lane, waiting] : waiting_) {
      for (PendingPtr& pending : waiting) pending->Finish(DatabaseUnavailableError());
    }
  }

  // Constant after construction.
  const DatabaseOptions options_;
  const ReadyListener on_ready_;
  int wake_fd_ = -1;

  Mutex mu_;
  std::vector<PendingPtr> posted_ ABSL_GUARDED_BY(mu_);
  bool asleep_ ABSL_GUARDED_BY(mu_) = false;  // in poll(), and nobody is waking it yet
  bool stopping_ ABSL_GUARDED_BY(mu_) = false;
  bool ended_ ABSL_GUARDED_BY(mu_) = false;

  // For stats(): set by the loop's thread.
  std::atomic<size_t> waiting_count_ = 0;
  std::atomic<uint64_t> refused_ = 0;
  std::atomic<size_t> connections_up_ = 0;

  // The loop's thread alone touches these.
  Timers timers_;  // outlives the transactions
  std::vector<PendingPtr> taken_;
  std::vector<std::unique_ptr<Slot>> slots_;
  std::map<Lane, std::deque<PendingPtr>> waiting_;
  std::vector<pollfd> fds_;  // the wake_fd_, then those of polled_
  std::vector<Slot*> polled_;
  absl::BitGen random_;
  bool ready_ = false;

  std::thread thread_;
};

absl::StatusOr<std::unique_ptr<Database>> Database::Create(DatabaseOptions options,
                                                           ReadyListener on_ready) {
  if (auto status = CheckUrl(options.url); !status.ok()) return status;
  if (options.query_connections < 1 || options.query_connections > 100) {
    return absl::InvalidArgumentError("database connections must be from 1 to 100");
  }
  return std::unique_ptr<Database>(
      new Database(std::make_unique<Loop>(std::move(options), std::move(on_ready))));
}

Database::Database(std::unique_ptr<Loop> loop) : loop_(std::move(loop)) {}
Database::~Database() = default;

void Database::Stop() { loop_->Stop(); }

Database::Stats Database::stats() const { return loop_->stats(); }

void Database::Run(Transaction transaction, Callback<Results> done) {
  auto pending = std::make_unique<PendingTransaction>();
  pending->transaction = std::move(transaction);
  pending->done = std::move(done);
  if (!loop_->Post(pending)) pending->Finish(DatabaseUnavailableError());
}

void RunOne(Database& database, Statement statement, absl::Time deadline, Repeatable repeatable,
            Callback<Rows> done) {
  Database::Transaction transaction;
  transaction.statements.push_back(std::move(statement));
  transaction.deadline = deadline;
  transaction.idempotent = repeatable == kIdempotent;
  database.Run(std::move(transaction),
               [done = std::move(done)](absl::StatusOr<Database::Results> results) mutable {
                 if (!results.ok()) return done(std::move(results).status());
                 done(std::move(results->front()));
               });
}

}  // namespace chatter::store
