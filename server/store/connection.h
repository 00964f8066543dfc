// One connection to PostgreSQL in nonblocking pipeline mode, as a state machine.
//
// The owner polls `socket()` for `wanted_events()` and calls OnEvents. Not thread-safe: the
// database's loop alone touches it.
#ifndef CHATTER_SERVER_STORE_CONNECTION_H_
#define CHATTER_SERVER_STORE_CONNECTION_H_

#include <deque>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "server/store/database.h"

struct pg_conn;  // libpq's

namespace chatter::store {

struct PendingTransaction;

// Those that wait for an answer, by when somebody is to look after them.
using Timers = std::multimap<absl::Time, PendingTransaction*>;

// An entry among the timers, or none.
class Timer {
 public:
  Timer() = default;
  ~Timer() { Cancel(); }
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

  // Instead of what was set before. `timers` must outlive this.
  void Set(Timers& timers, absl::Time time, PendingTransaction& pending) {
    Cancel();
    timers_ = &timers;
    place_ = timers.emplace(time, &pending);
  }
  void Cancel() {
    if (timers_ != nullptr) std::exchange(timers_, nullptr)->erase(place_);
  }

 private:
  Timers* timers_ = nullptr;
  Timers::iterator place_;
};

// A transaction on its way, from Run to its answer.
struct PendingTransaction {
  Database::Transaction transaction;
  Callback<Database::Results> done;  // null once called
  int attempts = 0;
  Timer timer;  // set while the loop has it, until `done` is called

  void Finish(absl::StatusOr<Database::Results> results) {
    timer.Cancel();
    if (done) std::exchange(done, nullptr)(std::move(results));
  }
};
using PendingPtr = std::unique_ptr<PendingTransaction>;

class Connection {
 public:
  static constexpr size_t kMaxInFlight = 64;
  static constexpr size_t kMaxPrepared = 256;
  static constexpr int kMaxAttempts = 4;

  explicit Connection(const DatabaseOptions& options) : options_(options) {}
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  enum class State { kClosed, kConnecting, kReady };
  State state() const { return state_; }
  const std::string& last_error() const { return last_error_; }
  int socket() const;
  short wanted_events() const;  // POLLIN, POLLOUT
  size_t in_flight() const { return in_flight_.size(); }
  bool HasRoom() const { return state_ == State::kReady && in_flight_.size() < kMaxInFlight; }

  // Begins to connect. REQUIRES: kClosed.
  void Connect();
  // REQUIRES: HasRoom().
  void Send(PendingPtr pending);
  // Goes on with what the socket is ready for. A state of kClosed afterwards means that the
  // connection is lost.
  void OnEvents(short events);
  // Drops the connection; returns what was sent and not answered, in order.
  std::vector<PendingPtr> Close();
  // Transactions that PostgreSQL has undone and that will do when run again (after a deadlock,
  // say).
  std::vector<PendingPtr> TakeRetries() { return std::exchange(retries_, {}); }

 private:
  // What a result that comes back belongs to.
  enum class Step { kPrepare, kQuery, kDeallocate };
  // A statement's text, by its address, in a schema, if it has one.
  using StatementKey = std::pair<const char*, std::string>;
  struct InFlight {
    PendingPtr pending;
    std::vector<Step> steps;
    size_t next_step = 0;
    std::vector<StatementKey> prepared_keys;  // those that this transaction prepares
    Database::Results results;
    absl::Status error;
  };
  struct Prepared {
    std::string name;
    std::list<StatementKey>::iterator used;
  };

  void ContinueConnecting();
  void Fail(std::string_view what);
  bool SendStatement(const Statement& statement, InFlight& flight);
  // The name of the statement once it is prepared, most recently used; null when sending fails.
  const std::string* Prepare(const Statement& statement, InFlight& flight);
  bool EvictPrepared(InFlight& flight);
  void Flush();
  void ReadResults();
  void TakeResult(pg_result* result);
  void CompleteFront();
  void ForgetPrepared(const std::vector<StatementKey>& keys);

  const DatabaseOptions& options_;
  pg_conn* conn_ = nullptr;
  State state_ = State::kClosed;
  bool connect_wants_write_ = false;
  bool flush_pending_ = false;
  std::string last_error_;
  std::deque<InFlight> in_flight_;
  absl::flat_hash_map<StatementKey, Prepared> prepared_;
  std::list<StatementKey> prepared_use_;  // the least recently used at the front
  uint64_t next_statement_number_ = 0;
  std::vector<PendingPtr> retries_;
};

}  // namespace chatter::store

#endif  // CHATTER_SERVER_STORE_CONNECTION_H_
