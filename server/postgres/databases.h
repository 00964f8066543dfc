// The databases by what is in them: the control schema in one, the tenants' schemas in others.
//
// So far one server has all of it, and what is here is thin: it makes sure that a statement can
// only be given to the database that has its tables. Whoever owns the databases makes these once,
// and they must outlive those. Thread-safe.
#ifndef CHATTER_SERVER_POSTGRES_DATABASES_H_
#define CHATTER_SERVER_POSTGRES_DATABASES_H_

#include <cstddef>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "common/steady_time.h"
#include "server/base/callback.h"
#include "server/model/ids.h"
#include "server/postgres/database.h"
#include "server/postgres/sql_text.h"
#include "server/postgres/statement.h"

namespace chatter::postgres {

// One on the control schema.
struct ControlStatement : Statement {
  ControlStatement(ControlSql text, Params values)
      : Statement{text, std::nullopt, std::move(values)} {}
  // What a tenant's own calls bring takes turns with these, so that no other tenant waits for it.
  ControlStatement(ControlSql text, const TenantKey& whose, Params values)
      : Statement{text, std::nullopt, std::move(values)}, whose_turn(whose.text()) {}

  std::string whose_turn;
};

// One on a tenant's schema.
struct TenantStatement : Statement {
  // `without_history`: as in Statement.
  TenantStatement(TenantSql text, const TenantKey& whose, Params values,
                  TenantSql without = TenantSql(""))
      : Statement{text, whose, std::move(values), without} {}
  // Beside others that are.
  TenantStatement(AnySql text, Params values) : Statement{text, std::nullopt, std::move(values)} {}
};

// Statements of one of the two kinds.
template <typename Kind>
class StatementsOf {
 public:
  StatementsOf() = default;
  StatementsOf(std::initializer_list<Kind> statements)
      : statements_(statements.begin(), statements.end()) {}

  void push_back(Kind statement) { statements_.push_back(std::move(statement)); }
  size_t size() const { return statements_.size(); }
  std::vector<Statement> Take() && { return std::move(statements_); }

 private:
  std::vector<Statement> statements_;
};
using ControlStatements = StatementsOf<ControlStatement>;
using TenantStatements = StatementsOf<TenantStatement>;

// A database for statements of one of the two kinds.
template <typename Kind>
class DatabaseOf {
 public:
  explicit DatabaseOf(Database& database) : database_(database) {}
  DatabaseOf(const DatabaseOf&) = delete;
  DatabaseOf& operator=(const DatabaseOf&) = delete;

  // As in Database.
  struct Transaction {
    StatementsOf<Kind> statements;
    SteadyTime deadline;
    bool idempotent = false;
    Lane lane = Lane::kQuery;
  };
  void Run(Transaction transaction, Callback<Database::Results> done) {
    database_.Run({.statements = std::move(transaction.statements).Take(),
                   .deadline = transaction.deadline,
                   .idempotent = transaction.idempotent,
                   .lane = transaction.lane},
                  std::move(done));
  }
  // A transaction of one statement.
  void RunOne(Kind statement, SteadyTime deadline, Repeatable repeatable, Callback<Rows> done) {
    std::string whose_turn;
    if constexpr (std::is_same_v<Kind, ControlStatement>) {
      whose_turn = std::move(statement.whose_turn);
    }
    postgres::RunOne(database_, std::move(statement), deadline, repeatable, std::move(done),
                     std::move(whose_turn));
  }

 private:
  Database& database_;
};

class ControlDatabase : public DatabaseOf<ControlStatement> {
 public:
  using DatabaseOf::DatabaseOf;
};

// A server with tenants. A transaction may have statements of several of them.
class TenantDatabase : public DatabaseOf<TenantStatement> {
 public:
  using DatabaseOf::DatabaseOf;
};

class TenantDatabases {
 public:
  explicit TenantDatabases(Database& database) : server_(database) {}

  // The server that has the tenant's schema: the same object for all tenants of that server.
  TenantDatabase& For(const TenantKey& /*tenant*/) { return server_; }
  // Each server once.
  std::span<TenantDatabase> servers() { return {&server_, 1}; }

 private:
  TenantDatabase server_;
};

inline void RunOne(ControlDatabase& database, ControlStatement statement, SteadyTime deadline,
                   Repeatable repeatable, Callback<Rows> done) {
  database.RunOne(std::move(statement), deadline, repeatable, std::move(done));
}
// Where its tenant is. REQUIRES: it has one.
inline void RunOne(TenantDatabases& databases, TenantStatement statement, SteadyTime deadline,
                   Repeatable repeatable, Callback<Rows> done) {
  TenantDatabase& database = databases.For(*statement.tenant);
  database.RunOne(std::move(statement), deadline, repeatable, std::move(done));
}

}  // namespace chatter::postgres

#endif  // CHATTER_SERVER_POSTGRES_DATABASES_H_
