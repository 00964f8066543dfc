#include "server/postgres/statement_shape.h"

#include <libpq-fe.h>

#include <memory>
#include <string>

#include "gtest/gtest.h"
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
