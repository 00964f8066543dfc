// Connections to PostgreSQL, driven by one event loop.
//
// libpq in nonblocking pipeline mode: any number of transactions are under way on a connection, and
// the answers come back in order. A transaction is one or more statements with one sync behind
// them: PostgreSQL commits at the sync, or undoes all at the first error. Each statement sees what
// was committed when it begins (READ COMMITTED).
//
// A connection that is lost is made again, with a growing pause. Transactions that had not been
// sent wait for that, within bounds; those that had been sent are run again if they are
// `idempotent`, and otherwise fail with DATABASE_UNAVAILABLE, their fate unknown.
//
// Thread-safe. Callbacks run on the loop's thread and must not block.
#ifndef CHATTER_SERVER_STORE_DATABASE_H_
#define CHATTER_SERVER_STORE_DATABASE_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/base/callback.h"
#include "server/store/statement.h"

namespace chatter::store {

struct DatabaseOptions {
  std::string url;  // as libpq understands it
  int query_connections = 4;
  int search_connections = 2;
  // Off for a PgBouncer in transaction mode that can't do prepared statements (before 1.21).
  bool prepared_statements = true;
  absl::Duration connect_timeout = absl::Seconds(5);
  // How long a transaction waits to be sent, however far its deadline.
  absl::Duration max_wait = absl::Seconds(5);
  // Bounds of the pause before connecting again.
  absl::Duration min_backoff = absl::Milliseconds(50);
  absl::Duration max_backoff = absl::Seconds(2);
};

// Which connection a transaction goes to.
enum class Lane {
  kQuery,  // one of several, whichever has least to do
  kWrite,  // the one for the event writer's batches, in the order in which they are given
  // One of a few for what may take seconds: whatever else is asked for isn't kept waiting by it.
  kSearch,
};

class Database {
 public:
  // Told whether at least one connection stands for queries and one to write, at each change.
  using ReadyListener = std::function<void(bool ready)>;

  // Returns before any connection stands.
  static absl::StatusOr<std::unique_ptr<Database>> Create(DatabaseOptions options,
                                                          ReadyListener on_ready);
  ~Database();

  // Closes the connections. Transactions that are not answered yet, and all that come later, fail
  // with DATABASE_UNAVAILABLE. No callback is under way any more once this returns.
  // REQUIRES: not called from a callback.
  void Stop();

  using Results = std::vector<Rows>;  // one for each statement

  struct Transaction {
    std::vector<Statement> statements;
    absl::Time deadline;
    bool idempotent = false;
    Lane lane = Lane::kQuery;
  };
  // Errors: UNAVAILABLE (DATABASE_UNAVAILABLE) when there is no connection by the deadline (or
  // within max_wait), or one is lost; DEADLINE_EXCEEDED; else what sqlstate.h makes of PostgreSQL's
  // error.
  void Run(Transaction transaction, Callback<Results> done);

  static constexpr size_t kMaxWaiting = 10'000;  // transactions without a connection, in each lane

  struct Stats {
    size_t waiting = 0;         // transactions that have not been sent yet
    uint64_t refused = 0;       // for want of room among them
    size_t connections_up = 0;  // of all lanes
  };
  Stats stats() const;

 private:
  class Loop;
  explicit Database(std::unique_ptr<Loop> loop);
  std::unique_ptr<Loop> loop_;
};

// Whether a transaction that may have been committed can be run again without harm.
enum Repeatable : bool { kOnce = false, kIdempotent = true };

// A transaction of one statement.
void RunOne(Database& database, Statement statement, absl::Time deadline, Repeatable repeatable,
            Callback<Rows> done);

}  // namespace chatter::store

#endif  // CHATTER_SERVER_STORE_DATABASE_H_
