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
// A connection is up once PostgreSQL has answered a question on it, and is given up where it has
// been silent for too long after one. Writes need a server that takes them; reads do without.
//
// Tenants take turns at the connections for queries. One whose tables somebody has locked keeps to
// one of them for a while, so that the others wait for nobody's locks but their own.
//
// Thread-safe. Callbacks run on the loop's thread and must not block.
#ifndef CHATTER_SERVER_POSTGRES_DATABASE_H_
#define CHATTER_SERVER_POSTGRES_DATABASE_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/steady_time.h"
#include "server/base/callback.h"
#include "server/postgres/statement.h"

namespace chatter::postgres {

struct DatabaseOptions {
  std::string url;  // as libpq understands it
  int query_connections = 4;
  int search_connections = 2;
  // Whether statements are prepared, and run by name, where nothing stands between.
  bool prepared_statements = true;
  // ... and where a pooler does: one that keeps them itself (PgBouncer from 1.21 on, with
  // max_prepared_statements above 0).
  bool prepares_through_pooler = false;
  // Only one connection to write and one for queries until OpenAll: where their number is limited,
  // whatever else has to connect at the start isn't to come too late.
  bool few_first = false;
  absl::Duration connect_timeout = absl::Seconds(5);
  // How long a transaction may take, however far its deadline: to be sent, and to be answered.
  // Searches may go on to their deadlines.
  absl::Duration max_wait = absl::Seconds(5);
  // How long a statement may wait for a lock that somebody else holds, before its transaction is
  // undone and run again.
  absl::Duration max_lock_wait = absl::Milliseconds(200);
  // How long a connection that has been asked something may say nothing at all.
  absl::Duration max_silence = absl::Seconds(5);
  // How often a connection that has nothing to do is asked whether it is still there.
  absl::Duration probe_interval = absl::Seconds(2);
  // Bounds of the pause before connecting again.
  absl::Duration min_backoff = absl::Milliseconds(50);
  absl::Duration max_backoff = absl::Seconds(2);
};

// Which connection a transaction goes to.
enum class Lane {
  kQuery,  // one of several, whichever has least to do
  kWrite,  // the one for the event writer's batches, in the order in which they are given
  // Another one of that kind, for batches of tenants that others aren't to wait for.
  kWriteAside,
  // One of a few for what may take seconds: whatever else is asked for isn't kept waiting by it.
  kSearch,
};

// Whether a lane is the event writer's.
constexpr bool Writes(Lane lane) { return lane == Lane::kWrite || lane == Lane::kWriteAside; }

class Database {
 public:
  // Told whether at least one connection stands for queries, and one to a server that takes writes,
  // at each change.
  using ReadyListener = std::function<void(bool ready)>;

  // Returns before any connection stands.
  static absl::StatusOr<std::unique_ptr<Database>> Create(DatabaseOptions options,
                                                          ReadyListener on_ready);
  ~Database();

  // Closes the connections. Transactions that are not answered yet, and all that come later, fail
  // with DATABASE_UNAVAILABLE. No callback is under way any more once this returns.
  // REQUIRES: not called from a callback.
  void Stop();

  // Connects what `few_first` has put off.
  void OpenAll();

  using Results = std::vector<Rows>;  // one for each statement

  struct Transaction {
    std::vector<Statement> statements;
    SteadyTime deadline;
    bool idempotent = false;
    Lane lane = Lane::kQuery;
    // With which tenant's transactions it takes turns, and waits for locks, where none of its
    // statements is in a tenant's schema. Empty: with others of which nobody says whose they are.
    std::string whose_turn = {};
  };
  // Errors: UNAVAILABLE (DATABASE_UNAVAILABLE) when there is no answer within max_wait, or a
  // connection is lost; (TENANT_BROKEN) when somebody's lock on the tenant's tables is why there is
  // none; DEADLINE_EXCEEDED; INTERNAL when a column isn't of the type that migrations
  // have made; else what sqlstate.h makes of PostgreSQL's error.
  void Run(Transaction transaction, Callback<Results> done);

  static constexpr size_t kMaxWaiting = 10'000;  // transactions without a connection, in each lane

  struct Stats {
    size_t waiting = 0;         // transactions that have not been sent yet
    uint64_t refused = 0;       // for want of room among them
    size_t connections_up = 0;  // of all lanes
    // Connections given up because an answer wasn't to the question that was asked.
    uint64_t wrong_answers = 0;
    // Tenants whose tables were missing, or weren't what migrations made, in the last minute.
    size_t broken_tenants = 0;
  };
  Stats stats() const;

 private:
  class Loop;
  explicit Database(std::unique_ptr<Loop> loop);
  std::unique_ptr<Loop> loop_;
};

// Whether a transaction that may have been committed can be run again without harm.
enum Repeatable : bool { kOnce = false, kIdempotent = true };

// A transaction of one statement. `whose_turn`: as in Database::Transaction.
void RunOne(Database& database, Statement statement, SteadyTime deadline, Repeatable repeatable,
            Callback<Rows> done, std::string whose_turn = {});

}  // namespace chatter::postgres

#endif  // CHATTER_SERVER_POSTGRES_DATABASE_H_
