#include "server/postgres/statement_shape.h"

#include <libpq-fe.h>

#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gtest/gtest.h"
#include "server/postgres/sql.h"
#include "server/postgres/statement.h"
#include "tests/support/test_database.h"

namespace chatter::postgres {
namespace {

using test::TestDatabase;
using Verdict = StatementShape::Verdict;
using Result = std::unique_ptr<PGresult, decltype(&PQclear)>;

class StatementShapeTest : public ::testing::Test {
 protected:
  StatementShapeTest() : conn_(PQconnectdb(database_.url().c_str()), &PQfinish) {
    EXPECT_EQ(PQstatus(conn_.get()), CONNECTION_OK);
  }

  // What PostgreSQL says of the rows that a statement will give.
  Result Describe(const std::string& sql) {
    const Result prepared(PQprepare(conn_.get(), "", sql.c_str(), 0, nullptr), &PQclear);
    EXPECT_EQ(PQresultStatus(prepared.get()), PGRES_COMMAND_OK)
        << sql << PQerrorMessage(conn_.get());
    return {PQdescribePrepared(conn_.get(), ""), &PQclear};
  }

  const TestDatabase database_;
  const TenantKey acme_ = database_.AddTenant("acme");
  const std::unique_ptr<PGconn, decltype(&PQfinish)> conn_;
};

// With an application's tables in the places of those that are configured.
std::string WithTables(std::string_view sql) {
  return absl::StrReplaceAll(absl::string_view(sql.data(), sql.size()),
                             {{"{session_table}", "public.django_session"},
                              {"{user_table}", "public.auth_user"},
                              {"{key}", "id"},
                              {"{id}", "username"},
                              {"{password}", "password"},
                              {"{active}", "u.is_active"},
                              {"{tenant_table}", "public.customer"},
                              {"{domain_table}", "public.domain"},
                              {"{language}", "'simple'"}});
}

// The statements that only sessions for administration run, which read rows as text by themselves.
bool IsForAdministration(std::string_view name) {
  static const auto& names = *new std::set<std::string_view>{"begin_tenant_anew",
                                                             "bound_locks",
                                                             "create_event_search_index",
                                                             "create_message_search_index",
                                                             "drop_tenant_tables",
                                                             "find_lagging_tenants",
                                                             "fail_search_language",
                                                             "find_renamed_tenant",
                                                             "find_rooms_to_purge",
                                                             "find_search_languages",
                                                             "find_tenants_to_purge",
                                                             "keep_rooms",
                                                             "list_search_indexes",
                                                             "lock_quiet_rooms",
                                                             "lock_room_to_purge",
                                                             "lock_tenant_to_purge",
                                                             "look_at_schema",
                                                             "make_marker",
                                                             "purge_room",
                                                             "read_application_users",
                                                             "read_marker",
                                                             "read_own_users",
                                                             "read_tenant_record",
                                                             "record_schema",
                                                             "rename_schema",
                                                             "set_search_language",
                                                             "settle_rooms",
                                                             "write_marker"};
  return names.contains(name);
}

TEST_F(StatementShapeTest, EveryStatementGivesWhatItsFileSays) {
  for (const char* const table :
       {"django_session (session_key varchar(40), session_data text, expire_date timestamptz)",
        "auth_user (id integer, username varchar(150), password varchar(128), is_active boolean)",
        "customer (id integer, schema_name varchar(63))",
        "domain (domain varchar(253), tenant_id integer)"}) {
    database_.Execute(absl::StrCat("CREATE TABLE public.", table));
  }
  for (const std::string_view sql : sql::kAll) {
    const Statement statement{.sql = sql, .tenant = acme_, .params = {}};
    const std::string name(NameOf(statement));
    if (IsForAdministration(name)) continue;
    EXPECT_EQ(sql.substr(2 + name.size(), 2), ": ") << name << ".sql has no line `-- Gives: ...`";
    const Result given = Describe(RenderSql(WithTables(sql), acme_.name));
    const auto [verdict, column] = StatementShape(sql).Compare(given.get());
    std::string columns;
    for (int i = 0; i < PQnfields(given.get()); ++i) {
      absl::StrAppend(&columns, PQfname(given.get(), i), " ", PQftype(given.get(), i), ", ");
    }
    EXPECT_TRUE(verdict == Verdict::kMatches)
        << name << ".sql: column " << column << " differs; it gives " << columns;
  }
}

TEST_F(StatementShapeTest, TellsOtherTypesFromOtherColumns) {
  const StatementShape shape("/*try: id uuid, names text[]*/ SELECT");
  const auto verdict = [&](const std::string& sql) {
    return shape.Compare(Describe(sql).get()).verdict;
  };
  EXPECT_EQ(verdict("SELECT NULL::uuid AS id, NULL::text[] AS names"), Verdict::kMatches);
  EXPECT_EQ(verdict("SELECT NULL::uuid AS id, NULL::varchar[] AS names"), Verdict::kOtherTypes);
  EXPECT_EQ(verdict("SELECT NULL::text[] AS names, NULL::uuid AS id"), Verdict::kOtherColumns);
  EXPECT_EQ(verdict("SELECT NULL::uuid AS id"), Verdict::kOtherColumns);
  EXPECT_EQ(verdict("DELETE FROM acme.chatter_room"), Verdict::kOtherColumns);
}

TEST_F(StatementShapeTest, LooksOverMarksWithinTheColumns) {
  const StatementShape shape("/*try: id uuid /*names{*/, names text[] /*}*/*/ SELECT");
  const Result given = Describe("SELECT NULL::uuid AS id, NULL::text[] AS names");
  EXPECT_EQ(shape.Compare(given.get()).verdict, Verdict::kMatches);
}

TEST_F(StatementShapeTest, NothingIsAShapeAndNoWordIsNone) {
  const Result none = Describe("DELETE FROM acme.chatter_room");
  const Result one = Describe("SELECT 1");
  EXPECT_EQ(StatementShape("/*try: nothing*/ DELETE").Compare(none.get()).verdict,
            Verdict::kMatches);
  EXPECT_EQ(StatementShape("/*try: nothing*/ SELECT").Compare(one.get()).verdict,
            Verdict::kOtherColumns);
  EXPECT_EQ(StatementShape("SELECT").Compare(one.get()).verdict, Verdict::kMatches);
}

}  // namespace
}  // namespace chatter::postgres
