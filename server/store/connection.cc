#include "server/store/connection.h"

#include <libpq-fe.h>
#include <poll.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "server/model/errors.h"
#include "server/store/sqlstate.h"
#include "spdlog/spdlog.h"

namespace chatter::store {
namespace {

// The parameters in the form that libpq wants; points into `params`.
struct ParamPointers {
  explicit ParamPointers(const Params& params) {
    const auto count = static_cast<size_t>(params.count());
    values.reserve(count);
    lengths.reserve(count);
    formats.reserve(count);
    for (const auto& value : params.values()) {
      formats.push_back(params.is_binary(values.size()) ? 1 : 0);
      values.push_back(value.has_value() ? value->data() : nullptr);
      lengths.push_back(value.has_value() ? static_cast<int>(value->size()) : 0);
    }
  }
  std::vector<const char*> values;
  std::vector<int> lengths;
  std::vector<int> formats;  // 1: binary, 0: text
};

}  // namespace

Connection::~Connection() { Close(); }

int Connection::socket() const { return PQsocket(conn_); }

short Connection::wanted_events() const {
  if (state_ == State::kConnecting) return connect_wants_write_ ? POLLOUT : POLLIN;
  return static_cast<short>(flush_pending_ ? POLLIN | POLLOUT : POLLIN);
}

void Connection::Connect() {
  // What follows the URL wins over what it says. The last three notice a dead peer within seconds.
  const char* const keys[] = {"fallback_application_name",
                              "dbname",
                              "client_encoding",
                              "keepalives_idle",
                              "keepalives_interval",
                              "tcp_user_timeout",
                              nullptr};
  const char* const values[] = {"chatterd", options_.url.c_str(), "UTF8", "10", "5", "20000",
                                nullptr};
  conn_ = PQconnectStartParams(keys, values, /*expand_dbname=*/1);
  state_ = State::kConnecting;
  connect_wants_write_ = true;
  // The server's notices would go to stderr: errors are logged where they arrive.
  PQsetNoticeProcessor(
      conn_, [](void*, const char*) {}, nullptr);
  if (conn_ == nullptr || PQstatus(conn_) == CONNECTION_BAD) Fail("connecting");
}

void Connection::ContinueConnecting() {
  switch (PQconnectPoll(conn_)) {
    case PGRES_POLLING_READING:
      connect_wants_write_ = false;
      return;
    case PGRES_POLLING_WRITING:
      connect_wants_write_ = true;
      return;
    case PGRES_POLLING_OK:
      break;
    default:
      return Fail("connecting");
  }
  if (PQsetnonblocking(conn_, 1) != 0 || PQenterPipelineMode(conn_) != 1) return Fail("pipelining");
  state_ = State::kReady;
}

void Connection::Fail(std::string_view what) {
  const char* message = conn_ == nullptr ? "out of memory" : PQerrorMessage(conn_);
  last_error_ = absl::StrCat(absl::string_view(what.data(), what.size()), ": ",
                             absl::StripAsciiWhitespace(message));
  std::replace(last_error_.begin(), last_error_.end(), '\n', ' ');  // one line in the log
  state_ = State::kClosed;
}

std::vector<PendingPtr> Connection::Close() {
  PQfinish(conn_);
  conn_ = nullptr;
  state_ = State::kClosed;
  flush_pending_ = false;
  prepared_.clear();
  prepared_use_.clear();
  std::vector<PendingPtr> unanswered;
  for (InFlight& flight : in_flight_) unanswered.push_back(std::move(flight.pending));
  in_flight_.clear();
  return unanswered;
}

void Connection::Send(PendingPtr pending) {
  ++pending->attempts;
  InFlight& flight = in_flight_.emplace_back();
  flight.pending = std::move(pending);
  const auto& statements = flight.pending->transaction.statements;
  flight.steps.reserve(statements.size());
  flight.results.reserve(statements.size());
  bool sent = true;
  for (const Statement& statement : statements) {
    sent = sent && SendStatement(statement, flight);
  }
  if (!sent || PQpipelineSync(conn_) != 1) return Fail("sending");
  Flush();
}

bool Connection::SendStatement(const Statement& statement, InFlight& flight) {
  const ParamPointers params(statement.params);
  const int count = statement.params.count();
  if (!options_.prepared_statements) {
    flight.steps.push_back(Step::kQuery);
    return PQsendQueryParams(conn_, statement.Render().c_str(), count,
                             statement.params.types().data(), params.values.data(),
                             params.lengths.data(), params.formats.data(), 1) == 1;
  }
  const std::string* name = Prepare(statement, flight);
  if (name == nullptr) return false;
  flight.steps.push_back(Step::kQuery);
  return PQsendQueryPrepared(conn_, name->c_str(), count, params.values.data(),
                             params.lengths.data(), params.formats.data(), 1) == 1;
}

const std::string* Connection::Prepare(const Statement& statement, InFlight& flight) {
  StatementKey key(statement.sql.data(),
                   statement.schema.has_value() ? statement.schema->text() : "");
  if (const auto known = prepared_.find(key); known != prepared_.end()) {
    prepared_use_.splice(prepared_use_.end(), prepared_use_, known->second.used);
    return &known->second.name;
  }
  if (prepared_.size() >= kMaxPrepared && !EvictPrepared(flight)) return nullptr;
  std::string name = absl::StrCat("s", next_statement_number_++);
  flight.steps.push_back(Step::kPrepare);
  flight.prepared_keys.push_back(key);
  if (PQsendPrepare(conn_, name.c_str(), statement.Render().c_str(), statement.params.count(),
                    statement.params.types().data()) != 1) {
    return nullptr;
  }
  const auto used = prepared_use_.insert(prepared_use_.end(), key);
  return &prepared_.emplace(std::move(key), Prepared{std::move(name), used}).first->second.name;
}

bool Connection::EvictPrepared(InFlight& flight) {
  const auto oldest = prepared_.find(prepared_use_.front());
  const std::string sql = absl::StrCat("DEALLOCATE ", oldest->second.name);
  prepared_.erase(oldest);
  prepared_use_.pop_front();
  flight.steps.push_back(Step::kDeallocate);
  return PQsendQueryParams(conn_, sql.c_str(), 0, nullptr, nullptr, nullptr, nullptr, 1) == 1;
}

void Connection::Flush() {
  const int result = PQflush(conn_);
  if (result < 0) return Fail("sending");
  flush_pending_ = result == 1;
}

void Connection::OnEvents(short events) {
  if (state_ == State::kConnecting) return ContinueConnecting();
  if ((events & (POLLIN | POLLERR | POLLHUP)) != 0) {
    if (PQconsumeInput(conn_) != 1) return Fail("receiving");
    ReadResults();
  }
  if (state_ == State::kReady && flush_pending_) Flush();
}

void Connection::ReadResults() {
  int nulls = 0;
  while (PQisBusy(conn_) == 0) {
    pg_result* result = PQgetResult(conn_);
    if (result != nullptr) {
      nulls = 0;
      TakeResult(result);
      continue;
    }
    if (in_flight_.empty()) break;
    // One null ends a statement; more of them in a row mean that nothing will come any more.
    if (++nulls > 1) break;
    if (in_flight_.front().next_step < in_flight_.front().steps.size()) {
      ++in_flight_.front().next_step;
    }
  }
  if (PQstatus(conn_) == CONNECTION_BAD) Fail("receiving");
}

void Connection::TakeResult(pg_result* result) {
  Rows rows(result);
  const ExecStatusType status = PQresultStatus(result);
  if (in_flight_.empty()) return;  // a notice of the server's end: PQstatus tells
  InFlight& flight = in_flight_.front();
  switch (status) {
    case PGRES_PIPELINE_SYNC:
      return CompleteFront();
    case PGRES_COMMAND_OK:
    case PGRES_TUPLES_OK:
      if (flight.next_step < flight.steps.size() &&
          flight.steps[flight.next_step] == Step::kQuery) {
        flight.results.push_back(std::move(rows));
      }
      return;
    case PGRES_PIPELINE_ABORTED:
      return;  // the error came before
    default:
      break;
  }
  const char* sqlstate = PQresultErrorField(result, PG_DIAG_SQLSTATE);
  if (flight.error.ok()) {
    flight.error = StatusFromSqlState(sqlstate == nullptr ? "" : sqlstate);
    const char* message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    spdlog::warn("database error sqlstate={} message=\"{}\"", sqlstate == nullptr ? "" : sqlstate,
                 message == nullptr ? PQresultErrorMessage(result) : message);
  }
  if (absl::IsAborted(flight.error)) {  // perhaps a statement that is no more as it was prepared
    prepared_.clear();
    prepared_use_.clear();
  }
}

void Connection::CompleteFront() {
  InFlight flight = std::move(in_flight_.front());
  in_flight_.pop_front();
  if (flight.error.ok()) {
    flight.pending->Finish(std::move(flight.results));
    return;
  }
  ForgetPrepared(flight.prepared_keys);  // some of them may not have come to be prepared
  if (absl::IsAborted(flight.error) && flight.pending->attempts < kMaxAttempts) {
    retries_.push_back(std::move(flight.pending));
    return;
  }
  flight.pending->Finish(absl::IsAborted(flight.error) ? DatabaseUnavailableError()
                                                       : std::move(flight.error));
}

void Connection::ForgetPrepared(const std::vector<StatementKey>& keys) {
  for (const StatementKey& key : keys) {
    if (const auto found = prepared_.find(key); found != prepared_.end()) {
      prepared_use_.erase(found->second.used);
      prepared_.erase(found);
    }
  }
}

}  // namespace chatter::store
