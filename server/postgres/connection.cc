#include "server/postgres/connection.h"

#include <libpq-fe.h>
#include <poll.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "server/base/crypto.h"
#include "server/model/errors.h"
#include "server/postgres/database_url.h"
#include "server/postgres/one_line.h"
#include "server/postgres/schema_guard.h"
#include "server/postgres/sql.h"
#include "server/postgres/sqlstate.h"

namespace chatter::postgres {
namespace {

PGconn* BeginToConnect(const DatabaseOptions& options) {
  const ConnectionParams params(options.url);
  return PQconnectStartParams(params.keys.data(), params.values.data(), /*expand_dbname=*/1);
}

// The name that a statement is prepared under. The same name is the same text with the same types,
// in whichever backend: a name that another connection has given can't mean another tenant's rows.
std::string PreparedName(const std::string& text, const std::vector<uint32_t>& types) {
  return absl::StrCat("c_", ToHex(Sha256(absl::StrCat(absl::StrJoin(types, ","), ":", text))));
}

std::string TextOf(const pg_result* result) {
  const char* const message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
  return message == nullptr ? PQresultErrorMessage(result) : message;
}

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

Connection::Connection(const DatabaseOptions& options, Lane lane, ErrorLog& error_log)
    : options_(options),
      lane_(lane),
      error_log_(error_log),
      conn_(BeginToConnect(options)),
      quiet_since_(SteadyTime::Now()) {
  // The server's notices would go to stderr: errors are logged where they arrive.
  PQsetNoticeProcessor(
      conn_, [](void*, const char*) {}, nullptr);
  if (conn_ == nullptr || PQstatus(conn_) == CONNECTION_BAD) Lose("connecting");
}

Connection::~Connection() { PQfinish(conn_); }

std::vector<PendingPtr> Connection::End(std::unique_ptr<Connection> connection) {
  std::vector<PendingPtr> unanswered;
  for (InFlight& flight : connection->in_flight_) {
    if (!flight.is_ours) unanswered.push_back(std::move(flight.pending));
  }
  return unanswered;
}

int Connection::socket() const { return PQsocket(conn_); }

short Connection::wanted_events() const {
  if (PQstatus(conn_) != CONNECTION_OK) return connect_wants_write_ ? POLLOUT : POLLIN;
  return static_cast<short>(flush_pending_ ? POLLIN | POLLOUT : POLLIN);
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
      return Lose("connecting");
  }
  if (PQsetnonblocking(conn_, 1) != 0 || PQenterPipelineMode(conn_) != 1) return Lose("pipelining");
  AskFirstQuestions();
}

// A connection counts once PostgreSQL has answered on it: a pooler takes connections for a database
// that is away.
void Connection::AskFirstQuestions() {
  Ask({sql::kProbeConnection, std::nullopt, Params()},
      [this](const absl::StatusOr<Database::Results>& results) {
        // A pooler gives out process numbers of its own.
        facts_.pooled = results.ok() && results->front().GetInt(0, 0) != PQbackendPID(conn_);
        TakeProbe(results);
        if (state_ == State::kLost) return;
        prepares_ =
            options_.prepared_statements && (!facts_.pooled || options_.prepares_through_pooler);
        // Whoever gets the backend next must not find what was set here.
        if (!facts_.pooled) Ask(BoundsStatement(/*of_transaction=*/false), [](const auto&) {});
      });
  Ask({sql::kFindHistory, std::nullopt, Params()},
      [this](const absl::StatusOr<Database::Results>& results) {
        if (results.ok()) {
          facts_.history = results->front().GetText(0, 0);
        } else {
          error_log_.Report("", nullptr,
                            "the role may not run pg_catalog.pg_control_system(), so fail-overs "
                            "and restores aren't noticed by themselves: grant it, see "
                            "docs/operations/postgresql.md");
        }
        if (state_ == State::kConnecting) state_ = State::kReady;
      });
}

void Connection::Probe() {
  Ask({sql::kProbeConnection, std::nullopt, Params()},
      [this](const absl::StatusOr<Database::Results>& results) { TakeProbe(results); });
}

void Connection::TakeProbe(const absl::StatusOr<Database::Results>& results) {
  if (!results.ok()) return GiveUp("PostgreSQL refused the first question");
  facts_.read_only = results->front().GetBool(0, 1);
  // A connection of its own is set to it. Without, a guard would see what was there at the
  // beginning.
  if (facts_.pooled && !results->front().GetBool(0, 2)) {
    GiveUp(
        "behind the pooler, transactions aren't read committed: ALTER ROLE ... SET "
        "default_transaction_isolation TO 'read committed' and let the pooler connect anew");
  }
}

Statement Connection::BoundsStatement(bool of_transaction) const {
  const auto millis = [](absl::Duration bound) {
    return absl::StrCat(absl::ToInt64Milliseconds(bound));
  };
  Params params;
  // The writer sets its own bound for locks.
  const absl::Duration lock_wait = Writes(lane_) ? absl::ZeroDuration() : options_.max_lock_wait;
  params.Text(millis(lock_wait)).Text(millis(options_.max_wait)).Bool(of_transaction);
  return {sql::kBoundTransactions, std::nullopt, std::move(params)};
}

void Connection::Ask(Statement statement, Callback<Database::Results> done) {
  InFlight flight;
  flight.is_ours = true;
  flight.pending = std::make_unique<PendingTransaction>();
  flight.pending->transaction.statements.push_back(std::move(statement));
  flight.pending->done = std::move(done);
  Submit(std::move(flight));
}

void Connection::Lose(std::string_view what) {
  const char* const said = conn_ == nullptr       ? "out of memory"
                           : !last_words_.empty() ? last_words_.c_str()
                                                  : PQerrorMessage(conn_);
  GiveUp(absl::StrCat(std::string(what), ": ", said));
}

void Connection::GiveUp(std::string_view why) {
  if (state_ == State::kLost) return;
  last_error_ = OneLine(why);
  state_ = State::kLost;
}

void Connection::Confuse(std::string_view why) {
  confused_ = true;
  GiveUp(why);
}

void Connection::Send(PendingPtr pending) {
  ++pending->attempts;
  pending->blocked = false;
  if (facts_.history.empty()) {
    for (Statement& statement : pending->transaction.statements) {
      if (!statement.without_history.empty()) statement.sql = statement.without_history;
    }
  }
  InFlight flight;
  flight.pending = std::move(pending);
  Submit(std::move(flight));
}

void Connection::Submit(InFlight flight) {
  if (in_flight_.empty()) quiet_since_ = SteadyTime::Now();
  InFlight& sent = in_flight_.emplace_back(std::move(flight));
  const auto& statements = sent.pending->transaction.statements;
  sent.steps.reserve(statements.size());
  sent.results.reserve(statements.size());
  bool complete = true;
  if (facts_.pooled && !sent.is_ours) {
    sent.steps.push_back(Step::kBound);
    complete = SendUnnamed(BoundsStatement(/*of_transaction=*/true));
  }
  for (const Statement& statement : statements) {
    complete = complete && SendStatement(statement, Step::kQuery, sent);
  }
  complete = complete && SendGuards(sent);
  if (!complete || PQpipelineSync(conn_) != 1) return Lose("sending");
  Flush();
}

bool Connection::SendUnnamed(const Statement& statement) {
  const ParamPointers params(statement.params);
  return PQsendQueryParams(conn_, statement.Render().c_str(), statement.params.count(),
                           statement.params.types().data(), params.values.data(),
                           params.lengths.data(), params.formats.data(), 1) == 1;
}

bool Connection::SendGuards(InFlight& flight) {
  const auto& statements = flight.pending->transaction.statements;
  const TenantKey* guarded = nullptr;
  for (size_t i = 0; i < statements.size(); ++i) {
    const auto& tenant = statements[i].tenant;
    if (!tenant.has_value() || (guarded != nullptr && *guarded == *tenant)) continue;
    guarded = &*tenant;
    flight.guarded.push_back(i);
    if (!SendStatement(GuardStatement(*tenant), Step::kGuard, flight)) return false;
  }
  return true;
}

bool Connection::SendStatement(const Statement& statement, Step step, InFlight& flight) {
  if (!prepares_ || flight.is_ours) {
    flight.steps.push_back(step);
    return SendUnnamed(statement);
  }
  const std::string* name = Prepare(statement, flight);
  if (name == nullptr) return false;
  flight.steps.push_back(step);
  const ParamPointers params(statement.params);
  return PQsendQueryPrepared(conn_, name->c_str(), statement.params.count(), params.values.data(),
                             params.lengths.data(), params.formats.data(), 1) == 1;
}

Connection::StatementKey Connection::KeyOf(const Statement& statement) {
  return {statement.sql.data(), statement.tenant.has_value() ? statement.tenant->text() : ""};
}

const std::string* Connection::Prepare(const Statement& statement, InFlight& flight) {
  StatementKey key = KeyOf(statement);
  if (const auto known = prepared_.find(key); known != prepared_.end()) {
    prepared_use_.splice(prepared_use_.end(), prepared_use_, known->second.used);
    return &known->second.name;
  }
  for (const std::string& name : std::exchange(outdated_, {})) {
    if (!Deallocate(name, flight)) return nullptr;
  }
  if (prepared_.size() >= kMaxPrepared) {
    const StatementKey oldest = prepared_use_.front();
    const std::string name = prepared_.find(oldest)->second.name;
    ForgetPrepared(oldest);
    if (!Deallocate(name, flight)) return nullptr;
  }
  const std::string text = statement.Render();
  const std::vector<uint32_t>& types = statement.params.types();
  std::string name = PreparedName(text, types);
  flight.steps.push_back(Step::kPrepare);
  flight.preparing.push_back(key);
  if (PQsendPrepare(conn_, name.c_str(), text.c_str(), statement.params.count(), types.data()) !=
      1) {
    return nullptr;
  }
  const auto used = prepared_use_.insert(prepared_use_.end(), key);
  return &prepared_.emplace(std::move(key), Prepared{std::move(name), used}).first->second.name;
}

bool Connection::Deallocate(const std::string& name, InFlight& flight) {
  flight.steps.push_back(Step::kDeallocate);
  return PQsendQueryParams(conn_, absl::StrCat("DEALLOCATE ", name).c_str(), 0, nullptr, nullptr,
                           nullptr, nullptr, 1) == 1;
}

void Connection::Flush() {
  const int result = PQflush(conn_);
  if (result < 0) return Lose("sending");
  flush_pending_ = result == 1;
}

void Connection::OnEvents(short events) {
  if (PQstatus(conn_) != CONNECTION_OK) return ContinueConnecting();
  if ((events & (POLLIN | POLLERR | POLLHUP)) != 0) {
    if (PQconsumeInput(conn_) != 1) return Lose("receiving");
    quiet_since_ = SteadyTime::Now();
    ReadResults();
  }
  if (state_ != State::kLost && flush_pending_) Flush();
}

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
  if (step == Step::kPrepare) flight.preparing.pop_front();
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
    return TakeGuardError(flight);
  }
  const auto before = flight.steps.begin() + static_cast<ptrdiff_t>(flight.next_step);
  const auto failed = static_cast<size_t>(std::count(flight.steps.begin(), before, Step::kQuery));
  const auto& statements = flight.pending->transaction.statements;
  const Statement* const statement = failed < statements.size() ? &statements[failed] : nullptr;
  if (flight.error.ok()) {
    flight.error = StatementError(sqlstate, statement, failed);
    error_log_.Report(sqlstate, statement, TextOf(result));
  }
  // The end of the connection is more than that of a statement.
  const char* const severity = PQresultErrorField(result, PG_DIAG_SEVERITY_NONLOCALIZED);
  if (severity != nullptr && std::string_view(severity) != "ERROR") last_words_ = TextOf(result);
  if (IsReadOnly(sqlstate)) facts_.read_only = true;
  if (IsLostPreparedStatement(sqlstate)) {  // somebody stands between, after all
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

void Connection::TakeGuardError(InFlight& flight) {
  const auto before = flight.steps.begin() + static_cast<ptrdiff_t>(flight.next_step);
  const auto guard = static_cast<size_t>(std::count(flight.steps.begin(), before, Step::kGuard));
  const size_t failed = flight.guarded[guard];
  flight.error = OtherSchemaError(failed);
  error_log_.Report("", &flight.pending->transaction.statements[failed],
                    "another schema has the tenant's name by now");
}

void Connection::CompleteFront() {
  const InFlight& front = in_flight_.front();
  if (front.error.ok() && (front.next_step != front.steps.size() ||
                           front.results.size() != front.pending->transaction.statements.size())) {
    return Confuse("a question was left without its answer");
  }
  InFlight flight = std::move(in_flight_.front());
  in_flight_.pop_front();
  if (flight.error.ok()) {
    flight.pending->Finish(std::move(flight.results));
    return;
  }
  for (const StatementKey& key : flight.preparing) ForgetPrepared(key);
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

void Connection::ForgetPrepared(const StatementKey& key) {
  const auto found = prepared_.find(key);
  if (found == prepared_.end()) return;
  prepared_use_.erase(found->second.used);
  prepared_.erase(found);
}

}  // namespace chatter::postgres
