// That each statement in a file of its own is one that PostgreSQL takes, and gives the rows that
// the file says.
#include <libpq-fe.h>

#include <memory>
#include <string>
#include <string_view>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gtest/gtest.h"
#include "server/postgres/sql.h"
#include "server/postgres/statement.h"
#include "server/postgres/statement_shape.h"
#include "server/store/sql.h"
#include "tests/support/test_database.h"

namespace chatter::store {
namespace {

using postgres::Statement;
using postgres::StatementShape;

class StatementsTest : public ::testing::Test {
 protected:
  StatementsTest() : conn_(PQconnectdb(database_.url().c_str()), &PQfinish) {
    EXPECT_EQ(PQstatus(conn_.get()), CONNECTION_OK);
    for (const char* const table :
         {"django_session (session_key varchar(40), session_data text, expire_date timestamptz)",
          "auth_user (id integer, username varchar(150), password varchar(128), is_active boolean)",
          "customer (id integer, schema_name varchar(63))",
          "domain (domain varchar(253), tenant_id integer)"}) {
      database_.Execute(absl::StrCat("CREATE TABLE public.", table));
    }
  }

  void Check(std::string_view sql) {
    const Statement statement{.sql = sql, .tenant = acme_, .params = {}};
    const std::string name(NameOf(statement));
    if (absl::StrContains(absl::string_view(sql.data(), sql.size()), ";")) return;  // several
    EXPECT_EQ(sql.substr(2 + name.size(), 2), ": ") << name << ".sql has no line `-- Gives: ...`";
    const Result given = Describe(postgres::RenderSql(WithTables(sql), acme_.name));
    const auto [verdict, column] = StatementShape(sql).Compare(given.get());
    std::string columns;
    for (int i = 0; i < PQnfields(given.get()); ++i) {
      absl::StrAppend(&columns, PQfname(given.get(), i), " ", PQftype(given.get(), i), ", ");
    }
    EXPECT_TRUE(verdict == StatementShape::Verdict::kMatches)
        << name << ".sql: column " << column << " differs; it gives " << columns;
  }

 private:
  using Result = std::unique_ptr<PGresult, decltype(&PQclear)>;

  // What PostgreSQL says of the rows that a statement will give.
  Result Describe(const std::string& sql) {
    const Result prepared(PQprepare(conn_.get(), "", sql.c_str(), 0, nullptr), &PQclear);
    EXPECT_EQ(PQresultStatus(prepared.get()), PGRES_COMMAND_OK)
        << sql << PQerrorMessage(conn_.get());
    return {PQdescribePrepared(conn_.get(), ""), &PQclear};
  }

  // With an application's tables in the places of those that are configured.
  static std::string WithTables(std::string_view sql) {
    return absl::StrReplaceAll(absl::string_view(sql.data(), sql.size()),
                               {{"{session_table}", "public.django_session"},
                                {"{user_table}", "public.auth_user"},
                                {"{key}", "id"},
                                {"{id}", "username"},
                                {"{password}", "password"},
                                {"{active}", "u.is_active"},
                                {"{tenant_table}", "public.customer"},
                                {"{tenant_key}", "id"},
                                {"{domain_table}", "public.domain"},
                                {"{language}", "'simple'"},
                                {"{index}", "words"}});
  }

  const test::TestDatabase database_;
  const TenantKey acme_ = database_.AddTenant("acme");
  const std::unique_ptr<PGconn, decltype(&PQfinish)> conn_;
};

TEST_F(StatementsTest, EveryStatementOfTheStoreGivesWhatItsFileSays) {
  for (const std::string_view sql : sql::kAll) Check(sql);
}

TEST_F(StatementsTest, EveryStatementOfConnectionsGivesWhatItsFileSays) {
  for (const std::string_view sql : postgres::sql::kAll) Check(sql);
}

}  // namespace
}  // namespace chatter::store
