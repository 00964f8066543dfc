#include "server/postgres/database.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <thread>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "common/mutex.h"
#include "server/model/errors.h"
#include "server/postgres/connection.h"
#include "server/postgres/connection_slots.h"
#include "server/postgres/database_url.h"
#include "server/postgres/error_log.h"
#include "server/postgres/turn_queue.h"

namespace chatter::postgres {
namespace {

// How long a tenant is taken for blocked after a lock has kept it waiting.
constexpr absl::Duration kBlockedFor = absl::Seconds(1);
constexpr size_t kMaxBlocked = 10'000;

}  // namespace

class Database::Loop {
 public:
  Loop(DatabaseOptions options, ReadyListener on_ready)
      : options_(std::move(options)), on_ready_(std::move(on_ready)) {
    wake_fd_ = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (wake_fd_ < 0) std::abort();
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
    return {.waiting = waiting_count_,
            .refused = refused_,
            .connections_up = connections_up_,
            .wrong_answers = slots_.wrong_answers(),
            .broken_tenants = error_log_.CountBroken(SteadyTime::Now())};
  }

  void OpenAll() {
    slots_.OpenAll();
    Wake();
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
  void Run() {
    while (TakePosted()) {
      const SteadyTime now = SteadyTime::Now();
      Expire(now);
      slots_.KeepUp(now, [this](Lane lane, std::vector<PendingPtr> unanswered) {
        RunAgain(lane, std::move(unanswered));
      });
      for (auto& [lane, waiting] : waiting_) Feed(lane, waiting, now);
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
    TurnQueue& waiting = waiting_[pending->transaction.lane];
    if (waiting.size() >= kMaxWaiting) {
      ++refused_;
      pending->Finish(
          MakeRetryableError(absl::StatusCode::kResourceExhausted, v1::ERROR_REASON_OVERLOADED,
                             "Too many calls are waiting for the database.", absl::Seconds(1)));
      return;
    }
    pending->gives_up_at =
        std::min(pending->transaction.deadline, SteadyTime::Now() + options_.max_wait);
    pending->timer.Set(timers_, pending->gives_up_at, *pending);
    waiting.PushBack(std::move(pending));
  }

  // Answers what has waited for long enough. What was sent stays in its pipeline, unheard.
  void Expire(SteadyTime now) {
    while (!timers_.empty() && timers_.begin()->first <= now) {
      PendingTransaction& pending = *timers_.begin()->second;
      const SteadyTime deadline = pending.transaction.deadline;
      const bool late = pending.attempts > 0 && deadline <= now;
      if (!late && MayGoOn(pending)) {
        pending.timer.Set(timers_, deadline, pending);
      } else if (pending.was_blocked || IsBlocked(pending.tenant(), now)) {
        const bool is_tenants = !pending.tenant().empty();  // else somebody locks Chatter's own
        pending.Finish(is_tenants ? TenantBrokenError() : DatabaseUnavailableError());
      } else if (late) {
        pending.Finish(absl::DeadlineExceededError("The database didn't answer in time."));
      } else {
        pending.Finish(DatabaseUnavailableError());
      }
    }
  }

  // Beyond max_wait, to its deadline: a search that is under way.
  static bool MayGoOn(const PendingTransaction& pending) {
    return pending.attempts > 0 && pending.transaction.lane == Lane::kSearch && !pending.blocked;
  }

  // What was under way on a connection that is lost.
  void RunAgain(Lane lane, std::vector<PendingPtr> unanswered) {
    TurnQueue& waiting = waiting_[lane];
    for (auto it = unanswered.rbegin(); it != unanswered.rend(); ++it) {
      const bool was_sent = (*it)->attempts > 0;
      if ((*it)->transaction.idempotent || !was_sent) {
        waiting.PushFront(std::move(*it));
      } else {
        (*it)->Finish(DatabaseUnavailableError());
      }
    }
  }

  // Searches go one by one: one that nobody waits for any more, when its turn comes, isn't begun.
  static bool HasRoom(const Slot& slot) {
    if (!slot.ready() || !slot.connection->HasRoom()) return false;
    const bool alone = slot.lane == Lane::kSearch || slot.has_blocked;
    return !alone || slot.connection->in_flight() == 0;
  }

  // Gives the connections of a lane what waits for them.
  void Feed(Lane lane, TurnQueue& waiting, SteadyTime now) {
    while (!waiting.empty() && (FeedIdlest(lane, waiting, now) || FeedBlocked(lane, waiting))) {
    }
  }

  // What isn't of a blocked tenant goes to the connection that has least to do.
  bool FeedIdlest(Lane lane, TurnQueue& waiting, SteadyTime now) {
    Slot* idlest = nullptr;
    for (const auto& slot : slots_.all()) {
      if (slot->lane != lane || !HasRoom(*slot)) continue;
      if (idlest == nullptr || slot->connection->in_flight() < idlest->connection->in_flight()) {
        idlest = slot.get();
      }
    }
    if (idlest == nullptr) return false;
    PendingPtr pending =
        waiting.Pop([&](const std::string& tenant) { return !IsBlocked(tenant, now); });
    if (pending == nullptr) return false;
    idlest->has_blocked = false;
    if (pending->done) idlest->connection->Send(std::move(pending));
    return true;
  }

  // What is left to feed is blocked tenants'. REQUIRES: FeedIdlest has found nothing to do.
  bool FeedBlocked(Lane lane, TurnQueue& waiting) {
    for (const auto& slot : slots_.all()) {
      if (slot->lane != lane || !slot->for_blocked || !HasRoom(*slot)) continue;
      if (slot->connection->in_flight() > 0) continue;
      PendingPtr pending = waiting.Pop([](const std::string&) { return true; });
      slot->has_blocked = true;
      if (pending->done) slot->connection->Send(std::move(pending));
      return true;
    }
    return false;
  }

  // Whether somebody's lock has kept the tenant waiting of late.
  bool IsBlocked(const std::string& tenant, SteadyTime now) const {
    const auto blocked = blocked_until_.find(tenant);
    return blocked != blocked_until_.end() && now < blocked->second;
  }

  void Block(const std::string& tenant, SteadyTime now) {
    if (blocked_until_.size() >= kMaxBlocked) {
      absl::erase_if(blocked_until_, [now](const auto& entry) { return entry.second <= now; });
    }
    if (blocked_until_.size() < kMaxBlocked) blocked_until_[tenant] = now + kBlockedFor;
  }

  void ReportReady() {
    const ConnectionSlots::Health health = slots_.Look();
    size_t waiting_count = 0;
    for (const auto& [lane, waiting] : waiting_) waiting_count += waiting.size();
    waiting_count_ = waiting_count;
    connections_up_ = health.up;
    if (const bool ready = health.queries && health.writes; ready != ready_) {
      ready_ = ready;
      on_ready_(ready);
    }
  }

  void Poll(SteadyTime now) {
    polled_.clear();
    fds_.assign(1, {wake_fd_, POLLIN, 0});
    bool any_lost = false;
    for (auto& slot : slots_.all()) {
      if (slot->connection == nullptr) continue;
      if (slot->connection->state() == Connection::State::kLost) {
        any_lost = true;
        continue;
      }
      fds_.push_back({slot->connection->socket(), slot->connection->wanted_events(), 0});
      polled_.push_back(slot.get());
    }
    const int timeout = any_lost || !FallAsleep() ? 0 : TimeoutMillis(now);
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
    slot.connection->OnEvents(events);
    TurnQueue& waiting = waiting_[slot.lane];
    std::vector<PendingPtr> retries = slot.connection->TakeRetries();
    for (PendingPtr& retry : retries) {
      if (!retry->blocked) continue;
      Block(retry->tenant(), SteadyTime::Now());
      retry->timer.Set(timers_, retry->gives_up_at, *retry);
      waiting.PushBack(std::move(retry));
    }
    for (auto it = retries.rbegin(); it != retries.rend(); ++it) {
      if (*it != nullptr) waiting.PushFront(std::move(*it));
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

  int TimeoutMillis(SteadyTime now) const {
    SteadyTime next = slots_.NextLook(now);
    if (!timers_.empty()) next = std::min(next, timers_.begin()->first);
    return static_cast<int>(absl::ToInt64Milliseconds(std::max(next - now, absl::ZeroDuration()))) +
           1;
  }

  void FailAll() {
    for (auto& slot : slots_.all()) {
      if (slot->connection == nullptr) continue;
      for (PendingPtr& pending : Connection::End(std::exchange(slot->connection, nullptr))) {
        pending->Finish(DatabaseUnavailableError());
      }
    }
    const auto anybody = [](const std::string&) { return true; };
    for (auto& [lane, waiting] : waiting_) {
      while (!waiting.empty()) waiting.Pop(anybody)->Finish(DatabaseUnavailableError());
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
  KnownSchemas schemas_;
  ErrorLog error_log_;
  ConnectionSlots slots_{options_, schemas_, error_log_};
  std::map<Lane, TurnQueue> waiting_;
  absl::flat_hash_map<std::string, SteadyTime> blocked_until_;  // by tenant
  std::vector<pollfd> fds_;  // the wake_fd_, then those of polled_
  std::vector<Slot*> polled_;
  bool ready_ = false;

  std::thread thread_;
};

absl::StatusOr<std::unique_ptr<Database>> Database::Create(DatabaseOptions options,
                                                           ReadyListener on_ready) {
  if (auto status = CheckDatabaseUrl(options.url); !status.ok()) return status;
  if (options.query_connections < 1 || options.query_connections > 100) {
    return absl::InvalidArgumentError("database connections must be from 1 to 100");
  }
  return std::unique_ptr<Database>(
      new Database(std::make_unique<Loop>(std::move(options), std::move(on_ready))));
}

Database::Database(std::unique_ptr<Loop> loop) : loop_(std::move(loop)) {}
Database::~Database() = default;

void Database::Stop() { loop_->Stop(); }

void Database::OpenAll() { loop_->OpenAll(); }

Database::Stats Database::stats() const { return loop_->stats(); }

void Database::Run(Transaction transaction, Callback<Results> done) {
  auto pending = std::make_unique<PendingTransaction>();
  pending->transaction = std::move(transaction);
  pending->done = std::move(done);
  if (!loop_->Post(pending)) pending->Finish(DatabaseUnavailableError());
}

void RunOne(Database& database, Statement statement, SteadyTime deadline, Repeatable repeatable,
            Callback<Rows> done, std::string whose_turn) {
  Database::Transaction transaction;
  transaction.statements.push_back(std::move(statement));
  transaction.deadline = deadline;
  transaction.idempotent = repeatable == kIdempotent;
  transaction.whose_turn = std::move(whose_turn);
  database.Run(std::move(transaction),
               Then(std::move(done), [](Database::Results results, auto& answer) {
                 answer(std::move(results.front()));
               }));
}

}  // namespace chatter::postgres
