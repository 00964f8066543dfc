#include "server/postgres/connection.h"

#include <libpq-fe.h>
#include <poll.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "server/base/crypto.h"
#include "server/postgres/database_url.h"
#include "server/postgres/one_line.h"
#include "server/postgres/schema_guard.h"
#include "server/postgres/sql.h"

namespace chatter::postgres {
namespace {

PGconn* BeginToConnect(const DatabaseOptions& options) {
  const ConnectionParams params(options.url, "chatterd");
  return PQconnectStartParams(params.keys.data(), params.values.data(), /*expand_dbname=*/1);
}

// The name that a statement is prepared under. The same name is the same text with the same types,
// in whichever backend: a name that another connection has given can't mean another tenant's rows.
std::string PreparedName(const std::string& text, const std::vector<uint32_t>& types) {
  return absl::StrCat("c_", ToHex(Sha256(absl::StrCat(absl::StrJoin(types, ","), ":", text))));
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

Connection::Connection(const DatabaseOptions& options, Lane lane, KnownSchemas& schemas,
                       ErrorLog& error_log)
    : options_(options),
      lane_(lane),
      schemas_(schemas),
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
  InFlight flight;
  flight.guarded = GuardedBy(pending->transaction);
  flight.finds_schemas =
      std::any_of(flight.guarded.begin(), flight.guarded.end(),
                  [](const Guarded& guarded) { return !guarded.change.has_value(); });
  pending->blocked = false;
  if (!flight.finds_schemas) ++pending->attempts;
  if (facts_.history.empty()) {
    for (Statement& statement : pending->transaction.statements) {
      if (!statement.without_history.empty()) statement.sql = statement.without_history;
    }
  }
  flight.pending = std::move(pending);
  Submit(std::move(flight));
}

std::vector<Connection::Guarded> Connection::GuardedBy(
    const Database::Transaction& transaction) const {
  std::vector<Guarded> all;
  for (size_t i = 0; i < transaction.statements.size(); ++i) {
    const auto& tenant = transaction.statements[i].tenant;
    if (!tenant.has_value() || (!all.empty() && all.back().tenant == *tenant)) continue;
    all.push_back({.tenant = *tenant, .statement = i, .change = schemas_.Find(*tenant)});
  }
  return all;
}

void Connection::Submit(InFlight flight) {
  if (in_flight_.empty()) quiet_since_ = SteadyTime::Now();
  InFlight& sent = in_flight_.emplace_back(std::move(flight));
  const bool complete = sent.finds_schemas ? SendFindSchemas(sent) : SendTransaction(sent);
  if (!complete || PQpipelineSync(conn_) != 1) return Lose("sending");
  Flush();
}

bool Connection::SendUnnamed(const Statement& statement) {
  const ParamPointers params(statement.params);
  return PQsendQueryParams(conn_, statement.Render().c_str(), statement.params.count(),
                           statement.params.types().data(), params.values.data(),
                           params.lengths.data(), params.formats.data(), 1) == 1;
}

bool Connection::SendTransaction(InFlight& flight) {
  const auto& statements = flight.pending->transaction.statements;
  flight.steps.reserve(statements.size());
  flight.results.reserve(statements.size());
  bool complete = true;
  if (facts_.pooled && !flight.is_ours) {
    flight.steps.push_back(Step::kBound);
    complete = SendUnnamed(BoundsStatement(/*of_transaction=*/true));
  }
  for (const Statement& statement : statements) {
    complete = complete && SendStatement(statement, Step::kQuery, flight);
  }
  for (const auto& [tenant, first, change] : flight.guarded) {
    complete = complete && SendStatement(GuardStatement(tenant, *change), Step::kGuard, flight);
  }
  return complete;
}

bool Connection::SendFindSchemas(InFlight& flight) {
  std::vector<std::string_view> names;
  for (const Guarded& guarded : flight.guarded) names.push_back(guarded.tenant.text());
  flight.steps.push_back(Step::kFindSchemas);
  return SendUnnamed({sql::kFindSchemas, std::nullopt, std::move(Params().Texts(names))});
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
    std::string name = prepared_.find(oldest)->second.name;
    ForgetPrepared(oldest);
    if (!Deallocate(std::move(name), flight)) return nullptr;
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

bool Connection::Deallocate(std::string name, InFlight& flight) {
  flight.steps.push_back(Step::kDeallocate);
  const std::string command = absl::StrCat("DEALLOCATE ", name);
  flight.deallocating.push_back(std::move(name));
  return PQsendQueryParams(conn_, command.c_str(), 0, nullptr, nullptr, nullptr, nullptr, 1) == 1;
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

void Connection::ForgetPrepared(const StatementKey& key) {
  const auto found = prepared_.find(key);
  if (found == prepared_.end()) return;
  prepared_use_.erase(found->second.used);
  prepared_.erase(found);
}

}  // namespace chatter::postgres
