#include "server/store/blocking_session.h"

#include <libpq-fe.h>

#include <utility>

#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "server/model/errors.h"
#include "server/store/sqlstate.h"

namespace chatter::store {
namespace {

// libpq's messages have several lines.
std::string OneLine(const char* text) {
  return absl::StrJoin(absl::StrSplit(text, absl::ByAnyChar("\n\t"), absl::SkipWhitespace()), " ");
}

}  // namespace

void BlockingSession::Finish::operator()(pg_conn* conn) const { PQfinish(conn); }

absl::StatusOr<BlockingSession> BlockingSession::Open(const std::string& url) {
  const char* const keys[] = {"dbname", "connect_timeout", nullptr};
  const char* const values[] = {url.c_str(), "5", nullptr};
  BlockingSession session(PQconnectdbParams(keys, values, /*expand_dbname=*/1));
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
  std::vector<const char*> values;
  values.reserve(params.size());
  for (const std::string& param : params) values.push_back(param.c_str());
  return Take(PQexecParams(conn_.get(), std::string(sql).c_str(), static_cast<int>(values.size()),
                           nullptr, values.data(), nullptr, nullptr, 0));
}

absl::Status BlockingSession::Execute(std::string_view sql) {
  return Take(PQexec(conn_.get(), std::string(sql).c_str())).status();
}

absl::Status BlockingSession::InTransaction(absl::FunctionRef<absl::Status()> work) {
  absl::Status status = Execute("BEGIN");
  if (status.ok()) status = work();
  if (status.ok()) return Execute("COMMIT");
  const Error cause = last_error_;
  Execute("ROLLBACK").IgnoreError();  // without a connection there is nothing left to undo
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

bool BlockingSession::connected() const { return PQstatus(conn_.get()) == CONNECTION_OK; }

bool BlockingSession::IsAlive() { return Execute("SELECT 1").ok(); }

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
  return BlockingSession::Open(url_);
}

void BlockingSessionPool::GiveBack(BlockingSession session) {
  MutexLock lock(mu_);
  idle_.emplace(std::move(session));
}

}  // namespace chatter::store
