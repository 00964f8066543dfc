#include "server/postgres/blocking_session.h"

#include <libpq-fe.h>
#include <poll.h>

#include <algorithm>
#include <cstdint>
#include <utility>

#include "absl/random/random.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "server/model/errors.h"
#include "server/postgres/database_url.h"
#include "server/postgres/one_line.h"
#include "server/postgres/sql.h"
#include "server/postgres/sqlstate.h"
#include "server/postgres/statement.h"

namespace chatter::postgres {

namespace {

// What went wrong with a statement, behind its name if it has one.
std::string WithName(std::string_view sql, const std::string& message) {
  const std::string name(NameOf({.sql = sql, .tenant = std::nullopt, .params = {}}));
  return name.empty() ? message : absl::StrCat(name, ": ", message);
}

}  // namespace

void BlockingSession::Finish::operator()(pg_conn* conn) const { PQfinish(conn); }

absl::StatusOr<BlockingSession> BlockingSession::Open(const std::string& url,
                                                      const StopSignal* stop,
                                                      const std::string& application_name) {
  if (absl::Status status = CheckDatabaseUrl(url); !status.ok()) {
    return absl::UnavailableError(status.message());
  }
  const ConnectionParams params(url, application_name.c_str());
  BlockingSession session(
      PQconnectdbParams(params.keys.data(), params.values.data(), /*expand_dbname=*/1), stop);
  PGconn* const conn = session.conn_.get();
  if (PQstatus(conn) != CONNECTION_OK) {
    return absl::UnavailableError(OneLine(PQerrorMessage(conn)));
  }
  PQsetNoticeProcessor(
      conn, [](void*, const char*) {}, nullptr);
  return session;
}

absl::StatusOr<std::vector<BlockingSession::Row>> BlockingSession::Query(
    std::string_view sql, const std::vector<std::string>& params) {
  if (in_transaction()) return Send(sql, params);
  absl::StatusOr<std::vector<Row>> rows;
  absl::Status done = InTransaction([&] {
    rows = Send(sql, params);
    return rows.status();
  });
  if (!done.ok()) return done;
  return rows;
}

absl::Status BlockingSession::Execute(std::string_view sql) {
  if (!in_transaction()) {
    if (absl::Status clean = InTransaction([] { return absl::OkStatus(); }); !clean.ok()) {
      return clean;
    }
  }
  return Send(sql);
}

bool BlockingSession::in_transaction() const {
  return PQtransactionStatus(conn_.get()) != PQTRANS_IDLE;
}

absl::StatusOr<std::vector<BlockingSession::Row>> BlockingSession::Send(
    std::string_view sql, const std::vector<std::string>& params) {
  std::vector<const char*> values;
  values.reserve(params.size());
  for (const std::string& param : params) values.push_back(param.c_str());
  auto rows = Await(PQsendQueryParams(conn_.get(), std::string(sql).c_str(),
                                      static_cast<int>(values.size()), nullptr, values.data(),
                                      nullptr, nullptr, 0) == 1);
  if (!rows.ok()) last_error_.message = WithName(sql, last_error_.message);
  return rows;
}

absl::Status BlockingSession::Send(std::string_view sql) {
  absl::Status status = Await(PQsendQuery(conn_.get(), std::string(sql).c_str()) == 1).status();
  if (!status.ok()) last_error_.message = WithName(sql, last_error_.message);
  return status;
}

// The last result of what was sent, or the first error.
absl::StatusOr<std::vector<BlockingSession::Row>> BlockingSession::Await(bool sent) {
  if (!sent) return Take(nullptr);
  const SteadyTime end = SteadyTime::Now() + bound_;
  absl::StatusOr<std::vector<Row>> outcome = std::vector<Row>();
  while (true) {
    if (!AwaitResult(end)) return DatabaseUnavailableError();
    PGresult* const result = PQgetResult(conn_.get());
    if (result == nullptr) return outcome;
    absl::StatusOr<std::vector<Row>> rows = Take(result);
    if (outcome.ok()) outcome = std::move(rows);
  }
}

bool BlockingSession::AwaitResult(SteadyTime end) {
  PGconn* const conn = conn_.get();
  const char* why = "the statement took too long";
  while (PQisBusy(conn) != 0) {
    pollfd fds[] = {{PQsocket(conn), POLLIN, 0}, {stop_ == nullptr ? -1 : stop_->fd(), POLLIN, 0}};
    const absl::Duration left =
        std::clamp(end - SteadyTime::Now(), absl::ZeroDuration(), absl::Hours(1));
    const int ready = poll(fds, 2, static_cast<int>(absl::ToInt64Milliseconds(left)) + 1);
    if (fds[1].revents != 0) why = "the server is stopping";
    if (fds[1].revents != 0 || (ready == 0 && SteadyTime::Now() >= end)) {
      last_error_ = {.sqlstate = "", .message = why};
      conn_.reset();
      return false;
    }
    if (fds[0].revents != 0 && PQconsumeInput(conn) != 1) return true;  // PQgetResult says why
  }
  return true;
}

// Answers that were another's come before that to a question that nobody else asks. They may also
// make the pooler believe that the transaction is over before it has begun: then the question went
// to a backend that knows of none.
absl::Status BlockingSession::Begin() {
  absl::Status begun = Send("BEGIN ISOLATION LEVEL READ COMMITTED");
  if (!begun.ok()) return begun;
  const std::string question = absl::StrCat(absl::Uniform<uint64_t>(absl::BitGen()));
  const auto answer = Send(sql::kEcho, {question});
  if (!answer.ok()) return answer.status();
  const bool is_ours = *answer == std::vector<Row>{{question}};
  if (is_ours && PQtransactionStatus(conn_.get()) == PQTRANS_INTRANS) return absl::OkStatus();
  last_error_ = {.sqlstate = "", .message = "an answer that isn't to the question came"};
  conn_.reset();
  return DatabaseUnavailableError();
}

absl::Status BlockingSession::InTransaction(absl::FunctionRef<absl::Status()> work) {
  absl::Status status = Begin();
  if (status.ok()) status = work();
  if (status.ok()) return Send("COMMIT");
  const Error cause = last_error_;
  Send("ROLLBACK").IgnoreError();  // without a connection there is nothing left to undo
  last_error_ = cause;
  return status;
}

BlockingSession::Canceller::Canceller(const BlockingSession& session)
    : cancel_(PQgetCancel(session.conn_.get())) {}

void BlockingSession::Canceller::Free::operator()(pg_cancel* cancel) const { PQfreeCancel(cancel); }

void BlockingSession::Canceller::Cancel() const {
  char error[256];  // said to nobody: the statement goes on, then
  if (cancel_ != nullptr) PQcancel(cancel_.get(), error, sizeof(error));
}

absl::StatusOr<int> BlockingSession::ToInt(const std::optional<std::string>& text) {
  int number = 0;
  if (!absl::SimpleAtoi(text.value_or(""), &number)) return InternalError();
  return number;
}

bool BlockingSession::connected() const { return PQstatus(conn_.get()) == CONNECTION_OK; }

bool BlockingSession::IsAlive() {
  return InTransaction([] { return absl::OkStatus(); }).ok();
}

absl::StatusOr<std::vector<BlockingSession::Row>> BlockingSession::Take(PGresult* raw) {
  const std::unique_ptr<PGresult, decltype(&PQclear)> result(raw, &PQclear);
  const ExecStatusType status = PQresultStatus(result.get());
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
    const char* sqlstate = PQresultErrorField(result.get(), PG_DIAG_SQLSTATE);
    last_error_ = {.sqlstate = sqlstate == nullptr ? "" : sqlstate,
                   .message = OneLine(PQerrorMessage(conn_.get()))};
    return sqlstate == nullptr ? DatabaseUnavailableError() : StatusFromSqlState(sqlstate);
  }
  std::vector<Row> rows;
  for (int number = 0; number < PQntuples(result.get()); ++number) {
    Row& row = rows.emplace_back();
    for (int column = 0; column < PQnfields(result.get()); ++column) {
      const bool null = PQgetisnull(result.get(), number, column) != 0;
      row.push_back(null ? std::nullopt
                         : std::optional<std::string>(PQgetvalue(result.get(), number, column)));
    }
  }
  return rows;
}

absl::StatusOr<BlockingSession> BlockingSessionPool::Take() {
  std::optional<BlockingSession> idle;
  {
    MutexLock lock(mu_);
    idle.swap(idle_);
  }
  if (idle.has_value() && idle->IsAlive()) return *std::move(idle);
  return open_();
}

void BlockingSessionPool::GiveBack(BlockingSession session) {
  session.SetBound(BlockingSession::kBound);
  MutexLock lock(mu_);
  idle_.emplace(std::move(session));
}

}  // namespace chatter::postgres
