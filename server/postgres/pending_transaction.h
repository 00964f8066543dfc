// A transaction on its way through the database's loop. The loop's thread alone touches it.
#ifndef CHATTER_SERVER_POSTGRES_PENDING_TRANSACTION_H_
#define CHATTER_SERVER_POSTGRES_PENDING_TRANSACTION_H_

#include <map>
#include <memory>
#include <string>
#include <utility>

#include "absl/time/time.h"
#include "common/steady_time.h"
#include "server/postgres/database.h"

namespace chatter::postgres {

struct PendingTransaction;

// Those that wait for an answer, by when somebody is to look after them.
using Timers = std::multimap<SteadyTime, PendingTransaction*>;

// An entry among the timers, or none.
class Timer {
 public:
  Timer() = default;
  ~Timer() { Cancel(); }
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

  // Instead of what was set before. `timers` must outlive this.
  void Set(Timers& timers, SteadyTime time, PendingTransaction& pending) {
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

// From Run to its answer.
struct PendingTransaction {
  Database::Transaction transaction;
  Callback<Database::Results> done;  // null once called
  int attempts = 0;
  SteadyTime gives_up_at;    // if it isn't being answered by then
  bool blocked = false;      // waits again, since somebody else's lock took too long
  bool was_blocked = false;  // has ever waited for that
  Timer timer;               // set while the loop has it, until `done` is called

  // The tenant with whose transactions it takes turns; empty: nobody's, or several tenants'.
  const std::string& tenant() const {
    static const std::string& none = *new std::string;
    const auto& statements = transaction.statements;
    if (Writes(transaction.lane)) return none;
    for (const Statement& statement : statements) {
      if (statement.tenant.has_value()) return statement.tenant->text();
    }
    return transaction.whose_turn;
  }

  void Finish(absl::StatusOr<Database::Results> results) {
    timer.Cancel();
    if (done) std::exchange(done, nullptr)(std::move(results));
  }
};
using PendingPtr = std::unique_ptr<PendingTransaction>;

}  // namespace chatter::postgres

#endif  // CHATTER_SERVER_POSTGRES_PENDING_TRANSACTION_H_
