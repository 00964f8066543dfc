// One connection to PostgreSQL in nonblocking pipeline mode, from connecting to its loss.
//
// All that belongs to one connection (what is under way on it, what is prepared on it) is in here
// and ends with it. A connection that is lost is never connected again: the next one is another
// object, which begins with nothing under way. Every answer is held against its question before it
// is delivered: an answer of another shape than the statement's is delivered to nobody.
//
// The owner polls `socket()` for `wanted_events()` and calls OnEvents. Not thread-safe: the
// database's loop alone touches it.
#ifndef CHATTER_SERVER_POSTGRES_CONNECTION_H_
#define CHATTER_SERVER_POSTGRES_CONNECTION_H_

#include <deque>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "server/postgres/database.h"
#include "server/postgres/error_log.h"
#include "server/postgres/known_schemas.h"
#include "server/postgres/pending_transaction.h"
#include "server/postgres/statement_shape.h"

struct pg_conn;  // libpq's

namespace chatter::postgres {

// What a connection's first questions tell of the server behind it.
struct ServerFacts {
  // A pooler stands between: one question may go to another backend than the one before.
  bool pooled = false;
  bool read_only = false;  // a standby, or one that was told to take no writes
  // Which history of which cluster this is: it changes when a standby takes over and when another
  // cluster is restored into this one's place. Empty: not known.
  std::string history;
};

class Connection {
 public:
  // How many transactions are under way at once: enough to keep PostgreSQL busy, and few enough
  // that whoever comes next doesn't wait for many.
  static constexpr size_t kMaxInFlight = 16;
  static constexpr size_t kMaxPrepared = 256;
  static constexpr int kMaxAttempts = 4;

  enum class State {
    kConnecting,  // or waiting for the answer to the first questions
    kReady,
    kLost,  // for good: the next connection is another object
  };

  // Begins to connect. All but the lane must outlive the connection.
  Connection(const DatabaseOptions& options, Lane lane, KnownSchemas& schemas, ErrorLog& error_log);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Ends a connection; returns what was sent and not answered, in order.
  static std::vector<PendingPtr> End(std::unique_ptr<Connection> connection);

  State state() const { return state_; }
  const std::string& last_error() const { return last_error_; }
  // It was given up because an answer wasn't to the question that was asked.
  bool confused() const { return confused_; }
  int socket() const;
  short wanted_events() const;  // POLLIN, POLLOUT
  size_t in_flight() const { return in_flight_.size(); }
  bool HasRoom() const { return state_ == State::kReady && in_flight_.size() < kMaxInFlight; }

  // What the first questions were answered with. REQUIRES: kReady.
  const ServerFacts& facts() const { return facts_; }
  // The last time that PostgreSQL said something, or was asked something after a silence.
  SteadyTime quiet_since() const { return quiet_since_; }

  // Where the last change of a tenant's schema isn't known, asks for that instead, and gives the
  // transaction back to be sent again. REQUIRES: HasRoom(). Afterwards the connection may be kLost.
  void Send(PendingPtr pending);
  // Asks whether anybody is there, and whether writes are taken. REQUIRES: kReady. Afterwards the
  // connection may be kLost.
  void Probe();
  // Goes on with what the socket is ready for. Afterwards the connection may be kLost.
  void OnEvents(short events);
  // Gives the connection up, as if the network had.
  void GiveUp(std::string_view why);
  // Transactions that are to be sent again, in order: it is known by now what they need to know of
  // schemas, or PostgreSQL has undone them and they will do when run again: after a deadlock, say,
  // or
  // (`blocked`) when somebody else's lock is gone.
  std::vector<PendingPtr> TakeRetries() { return std::exchange(retries_, {}); }

 private:
  // What a result that comes back belongs to.
  enum class Step { kBound, kPrepare, kFindSchemas, kQuery, kGuard, kDeallocate };
  // A statement's text, by its address, in a schema, if it has one.
  using StatementKey = std::pair<const char*, std::string>;
  // A tenant in whose schema a transaction works.
  struct Guarded {
    TenantKey tenant;
    size_t statement;               // its first one
    std::optional<int64_t> change;  // the last one of the schema, as far as it is known
  };
  struct InFlight {
    PendingPtr pending;
    bool is_ours = false;  // asked by the connection itself
    std::vector<Step> steps;
    size_t next_step = 0;
    std::deque<StatementKey> preparing;    // not known to be prepared yet
    std::deque<std::string> deallocating;  // not known to be gone yet
    std::vector<Guarded> guarded;
    bool finds_schemas = false;      // rather than that the transaction is run
    std::optional<size_t> outdated;  // whose schema, of those guarded, was changed
    Database::Results results;
    absl::Status error;
  };
  struct Prepared {
    std::string name;
    std::list<StatementKey>::iterator used;
    bool confirmed = false;  // PostgreSQL has said that it is prepared
  };

  static StatementKey KeyOf(const Statement& statement);

  void ContinueConnecting();
  void AskFirstQuestions();
  void Ask(Statement statement, Callback<Database::Results> done);
  void TakeProbe(const absl::StatusOr<Database::Results>& results);
  Statement BoundsStatement(bool of_transaction) const;
  void Lose(std::string_view what);
  void Submit(InFlight flight);
  bool SendUnnamed(const Statement& statement);
  bool SendStatement(const Statement& statement, Step step, InFlight& flight);
  std::vector<Guarded> GuardedBy(const Database::Transaction& transaction) const;
  bool SendTransaction(InFlight& flight);
  bool SendFindSchemas(InFlight& flight);
  // The name of the statement once it is prepared, most recently used; null when sending fails.
  const std::string* Prepare(const Statement& statement, InFlight& flight);
  bool Deallocate(std::string name, InFlight& flight);
  void Flush();
  void ReadResults();
  void TakeResult(pg_result* result);
  void TakeRows(Rows rows, InFlight& flight);
  void RefuseRows(const Rows& rows, int column, InFlight& flight);
  void TakeError(const pg_result* result, InFlight& flight);
  void TakeSchemas(const Rows& rows, InFlight& flight);
  bool WasToBePreparedBefore(const InFlight& flight) const;
  void ForgetSkipped(InFlight& flight);
  void CompleteFront();
  // A schema was changed meanwhile: the transaction is run again if it still is the one that is
  // meant.
  void LookAgain(InFlight flight);
  void Confuse(std::string_view why);
  void ForgetPrepared(const StatementKey& key);
  const StatementShape& ShapeOf(const Statement& statement);

  const DatabaseOptions& options_;
  const Lane lane_;
  KnownSchemas& schemas_;
  ErrorLog& error_log_;
  pg_conn* const conn_;
  State state_ = State::kConnecting;
  bool connect_wants_write_ = true;
  bool flush_pending_ = false;
  bool prepares_ = false;  // statements are prepared, and run by name
  bool confused_ = false;
  std::string last_error_;
  std::string last_words_;  // what PostgreSQL said when it ended the connection
  ServerFacts facts_;
  std::deque<InFlight> in_flight_;
  SteadyTime quiet_since_;
  absl::flat_hash_map<StatementKey, Prepared> prepared_;
  std::list<StatementKey> prepared_use_;  // the least recently used at the front
  std::vector<std::string> outdated_;     // prepared, but no longer as the tables are
  std::unordered_map<const char*, StatementShape> shapes_;  // by the address of the text
  std::vector<PendingPtr> retries_;
};

}  // namespace chatter::postgres

#endif  // CHATTER_SERVER_POSTGRES_CONNECTION_H_
