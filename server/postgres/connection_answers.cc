// What comes back on a connection: each answer is held against its question.
#include <libpq-fe.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/model/errors.h"
#include "server/postgres/connection.h"
#include "server/postgres/schema_guard.h"
#include "server/postgres/sql.h"
#include "server/postgres/sqlstate.h"

namespace chatter::postgres {
namespace {

std::string TextOf(const pg_result* result) {
  const char* const message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
  return message == nullptr ? PQresultErrorMessage(result) : message;
}

}  // namespace

void Connection::ReadResults() {
  int nulls = 0;
  while (state_ != State::kLost && PQisBusy(conn_) == 0) {
    pg_result* result = PQgetResult(conn_);
    if (result != nullptr) {
      nulls = 0;
      TakeResult(result);
      continue;
    }
    if (in_flight_.empty()) break;
    // One null ends a statement; more of them in a row mean that nothing will come any more.
    if (++nulls > 1) break;
    InFlight& front = in_flight_.front();
    if (front.next_step < front.steps.size()) ++front.next_step;
  }
  if (PQstatus(conn_) == CONNECTION_BAD) Lose("receiving");
}

void Connection::TakeResult(pg_result* result) {
  Rows rows(result);
  const ExecStatusType status = PQresultStatus(result);
  if (in_flight_.empty()) {  // what PostgreSQL says when it ends the connection
    last_words_ = TextOf(result);
    return;
  }
  InFlight& flight = in_flight_.front();
  switch (status) {
    case PGRES_PIPELINE_SYNC:
      return CompleteFront();
    case PGRES_COMMAND_OK:
    case PGRES_TUPLES_OK:
      return TakeRows(std::move(rows), flight);
    case PGRES_PIPELINE_ABORTED:
      return;  // the error came before
    default:
      return TakeError(result, flight);
  }
}

void Connection::TakeRows(Rows rows, InFlight& flight) {
  if (flight.next_step >= flight.steps.size()) return Confuse("an answer came without a question");
  const Step step = flight.steps[flight.next_step];
  if (step == Step::kDeallocate) flight.deallocating.pop_front();
  if (step == Step::kPrepare) {
    const auto found = prepared_.find(flight.preparing.front());
    if (found != prepared_.end()) found->second.confirmed = true;
    flight.preparing.pop_front();
  }
  if (step == Step::kFindSchemas) return TakeSchemas(rows, flight);
  if (step != Step::kQuery) return;
  const auto& statements = flight.pending->transaction.statements;
  const Statement& statement = statements[flight.results.size()];
  const auto [verdict, column] = ShapeOf(statement).Compare(rows.raw());
  switch (verdict) {
    case StatementShape::Verdict::kMatches:
      break;
    case StatementShape::Verdict::kOtherTypes:
      RefuseRows(rows, column, flight);
      break;
    case StatementShape::Verdict::kOtherColumns:
      return Confuse(
          absl::StrCat("an answer that isn't to the question ", std::string(NameOf(statement))));
  }
  flight.results.push_back(std::move(rows));
}

void Connection::TakeSchemas(const Rows& rows, InFlight& flight) {
  static const StatementShape& shape = *new StatementShape(sql::kFindSchemas);
  if (shape.Compare(rows.raw()).verdict != StatementShape::Verdict::kMatches ||
      static_cast<size_t>(rows.size()) != flight.guarded.size()) {
    return Confuse("an answer that isn't to the question which schemas there are");
  }
  for (int row = 0; row < rows.size(); ++row) {
    const Guarded& guarded = flight.guarded[static_cast<size_t>(row)];
    if (static_cast<uint64_t>(rows.GetInt(row, 0)) == guarded.tenant.stamp) {
      schemas_.Learn(guarded.tenant, rows.GetInt(row, 1));
    } else if (flight.error.ok()) {
      flight.error = OtherSchemaError(guarded.statement);
      error_log_.Report("", &flight.pending->transaction.statements[guarded.statement],
                        "another schema has the tenant's name by now");
    }
  }
}

// Somebody has changed the column's type.
void Connection::RefuseRows(const Rows& rows, int column, InFlight& flight) {
  if (!flight.error.ok()) return;
  const Statement& asked = flight.pending->transaction.statements[flight.results.size()];
  flight.error = StatementDefect("", asked);
  Params params;
  params.Int(PQftable(rows.raw(), column)).Int(PQftype(rows.raw(), column));
  Ask({sql::kDescribeColumn, std::nullopt, std::move(params)},
      [this, statement = asked, name = std::string(PQfname(rows.raw(), column))](
          const absl::StatusOr<Database::Results>& results) {
        if (!results.ok()) return;
        const Rows& facts = results->front();
        error_log_.Report(
            "", &statement,
            absl::StrCat("column ", name, " of ", std::string(facts.GetText(0, 0)), " is of type ",
                         std::string(facts.GetText(0, 1)), ", which isn't what migrations made"));
      });
}

const StatementShape& Connection::ShapeOf(const Statement& statement) {
  return shapes_.try_emplace(statement.sql.data(), statement.sql).first->second;
}

void Connection::TakeError(const pg_result* result, InFlight& flight) {
  const char* const field = PQresultErrorField(result, PG_DIAG_SQLSTATE);
  const std::string_view sqlstate = field == nullptr ? "" : field;
  if (sqlstate == kOtherSchemaSqlState && flight.next_step < flight.steps.size() &&
      flight.steps[flight.next_step] == Step::kGuard) {
    const auto guards = flight.steps.begin() + static_cast<ptrdiff_t>(flight.next_step);
    flight.outdated = static_cast<size_t>(std::count(flight.steps.begin(), guards, Step::kGuard));
    return;
  }
  const auto before = flight.steps.begin() + static_cast<ptrdiff_t>(flight.next_step);
  const auto failed = static_cast<size_t>(std::count(flight.steps.begin(), before, Step::kQuery));
  const auto& statements = flight.pending->transaction.statements;
  const bool is_its_own = !flight.finds_schemas && failed < statements.size();
  const Statement* const statement = is_its_own ? &statements[failed] : nullptr;
  if (flight.error.ok()) {
    flight.error = StatementError(sqlstate, statement, failed);
    error_log_.Report(sqlstate, statement, TextOf(result));
  }
  // The end of the connection is more than that of a statement.
  const char* const severity = PQresultErrorField(result, PG_DIAG_SEVERITY_NONLOCALIZED);
  if (severity != nullptr && std::string_view(severity) != "ERROR") last_words_ = TextOf(result);
  if (IsReadOnly(sqlstate)) facts_.read_only = true;
  if (IsLostPreparedStatement(sqlstate) && !WasToBePreparedBefore(flight)) {
    // Somebody stands between, after all.
    prepares_ = false;
    prepared_.clear();
    prepared_use_.clear();
  }
  if (IsOutdatedStatement(sqlstate) && statement != nullptr) {
    const auto known = prepared_.find(KeyOf(*statement));
    if (known == prepared_.end()) return;
    outdated_.push_back(known->second.name);
    ForgetPrepared(known->first);
  }
}

// Whether what has failed is a statement that a transaction before this one was to prepare, and
// didn't get to, since it had failed by then.
bool Connection::WasToBePreparedBefore(const InFlight& flight) const {
  if (flight.next_step >= flight.steps.size()) return false;
  const auto here = flight.steps.begin() + static_cast<ptrdiff_t>(flight.next_step);
  const auto place = static_cast<size_t>(std::count(flight.steps.begin(), here, *here));
  StatementKey key;
  if (*here == Step::kQuery) {
    key = KeyOf(flight.pending->transaction.statements[place]);
  } else if (*here == Step::kGuard) {
    key = KeyOf(GuardStatement(flight.guarded[place].tenant, *flight.guarded[place].change));
  } else {
    return false;
  }
  const auto found = prepared_.find(key);
  return found == prepared_.end() || !found->second.confirmed;
}

// What a transaction that has failed didn't get to.
void Connection::ForgetSkipped(InFlight& flight) {
  for (const StatementKey& key : flight.preparing) ForgetPrepared(key);
  for (std::string& name : flight.deallocating) outdated_.push_back(std::move(name));
}

void Connection::CompleteFront() {
  const InFlight& front = in_flight_.front();
  const size_t wanted = front.finds_schemas ? 0 : front.pending->transaction.statements.size();
  const bool is_undone = !front.error.ok() || front.outdated.has_value();
  if (!is_undone && (front.next_step != front.steps.size() || front.results.size() != wanted)) {
    return Confuse("a question was left without its answer");
  }
  InFlight flight = std::move(in_flight_.front());
  in_flight_.pop_front();
  if (!is_undone) {
    if (flight.finds_schemas) return retries_.push_back(std::move(flight.pending));
    return flight.pending->Finish(std::move(flight.results));
  }
  ForgetSkipped(flight);
  if (flight.error.ok()) return LookAgain(std::move(flight));
  PendingTransaction& pending = *flight.pending;
  // Writers look after blocked rooms and tenants themselves.
  pending.blocked = IsLockTimeout(flight.error) && !Writes(lane_);
  pending.was_blocked |= pending.blocked;
  const bool undone = absl::IsAborted(flight.error);
  if (pending.blocked || (undone && pending.attempts < kMaxAttempts)) {
    retries_.push_back(std::move(flight.pending));
    return;
  }
  pending.Finish(undone ? DatabaseUnavailableError() : std::move(flight.error));
}

void Connection::LookAgain(InFlight flight) {
  // All of them: whoever changes one may be about to change all.
  for (const Guarded& guarded : flight.guarded) schemas_.Forget(guarded.tenant, *guarded.change);
  if (flight.pending->attempts < kMaxAttempts) return retries_.push_back(std::move(flight.pending));
  flight.pending->Finish(OtherSchemaError(flight.guarded[*flight.outdated].statement));
}

}  // namespace chatter::postgres
