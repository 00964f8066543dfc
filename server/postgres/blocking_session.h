// A connection to PostgreSQL for the rare work that may take its time: changes of schemas.
//
// Blocks, but never for ever: a statement that takes longer than the session's bound loses the
// session, and so does whatever runs when the program is about to stop. Never use it on a gRPC or
// database thread. A session belongs to one thread at a time; the pool is thread-safe.
//
// Each answer is to its question: a pooler may hand on a connection on which another's answers are
// still to come. So whatever is run begins with a question that nobody else asks, and a session on
// which the answer is another ends before anything else is run.
#ifndef CHATTER_SERVER_POSTGRES_BLOCKING_SESSION_H_
#define CHATTER_SERVER_POSTGRES_BLOCKING_SESSION_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/mutex.h"
#include "common/steady_time.h"
#include "server/postgres/stop_signal.h"

struct pg_cancel;  // libpq's
struct pg_conn;    // libpq's
struct pg_result;  // libpq's

namespace chatter::postgres {

class BlockingSession {
 public:
  // How long a statement may take. (What may take hours says so: SetBound.)
  static constexpr absl::Duration kBound = absl::Minutes(5);

  // `stop` may be null: nobody stops it, then; else it must outlive the session.
  // `application_name`: what pg_stat_activity calls the session, if the URL says nothing of it.
  // Errors: UNAVAILABLE, with a message for the log only.
  static absl::StatusOr<BlockingSession> Open(const std::string& url,
                                              const StopSignal* stop = nullptr,
                                              const std::string& application_name = "chatterd");
  BlockingSession(BlockingSession&&) noexcept = default;
  BlockingSession& operator=(BlockingSession&&) noexcept = default;
  ~BlockingSession() = default;

  // Columns as text; nullopt: null.
  using Row = std::vector<std::optional<std::string>>;

  // Outside a transaction: in one of its own.
  // Errors: what sqlstate.h makes of PostgreSQL's, which is kept in last_error().
  absl::StatusOr<std::vector<Row>> Query(std::string_view sql,
                                         const std::vector<std::string>& params = {});
  // Any number of statements, without parameters. Outside a transaction: as they are, since some
  // can't be part of one. The same errors.
  absl::Status Execute(std::string_view sql);
  // Runs `work` in one transaction, which is undone if it fails.
  absl::Status InTransaction(absl::FunctionRef<absl::Status()> work);

  // Of the statements that follow, until the session goes back to its pool.
  void SetBound(absl::Duration bound) { bound_ = bound; }

  // Ends the statement that the session runs, if it runs one, with an error. From any thread, even
  // when the session is gone.
  class Canceller {
   public:
    explicit Canceller(const BlockingSession& session);
    void Cancel() const;

   private:
    struct Free {
      void operator()(pg_cancel* cancel) const;
    };
    std::unique_ptr<pg_cancel, Free> cancel_;
  };

  bool connected() const;  // as far as was noticed
  bool IsAlive();          // asks PostgreSQL

  struct Error {
    std::string sqlstate;  // empty: the connection was lost
    std::string message;   // statement: raw text, on one line: for the log only
  };
  const Error& last_error() const { return last_error_; }

  // Of a column that the statement makes an integer. Errors: INTERNAL.
  static absl::StatusOr<int> ToInt(const std::optional<std::string>& text);

 private:
  struct Finish {
    void operator()(pg_conn* conn) const;
  };

  BlockingSession(pg_conn* conn, const StopSignal* stop) : conn_(conn), stop_(stop) {}
  bool in_transaction() const;  // or without a connection
  absl::StatusOr<std::vector<Row>> Send(std::string_view sql,
                                        const std::vector<std::string>& params);
  absl::Status Send(std::string_view sql);
  absl::StatusOr<std::vector<Row>> Await(bool sent);
  absl::Status Begin();
  // Until there is a result to be had. Returns false, and drops the connection, when there won't
  // be.
  bool AwaitResult(SteadyTime end);
  absl::StatusOr<std::vector<Row>> Take(pg_result* result);

  std::unique_ptr<pg_conn, Finish> conn_;  // null once dropped
  const StopSignal* stop_;
  absl::Duration bound_ = kBound;
  Error last_error_;
};

// Keeps one connection for whoever comes next: a new one costs more than most of the work does.
class BlockingSessionPool {
 public:
  explicit BlockingSessionPool(std::function<absl::StatusOr<BlockingSession>()> open)
      : open_(std::move(open)) {}

  // One that works. Errors: those of `open`.
  absl::StatusOr<BlockingSession> Take();
  // REQUIRES: no transaction is open.
  void GiveBack(BlockingSession session);

 private:
  const std::function<absl::StatusOr<BlockingSession>()> open_;
  Mutex mu_;
  std::optional<BlockingSession> idle_ ABSL_GUARDED_BY(mu_);
};

}  // namespace chatter::postgres

#endif  // CHATTER_SERVER_POSTGRES_BLOCKING_SESSION_H_
