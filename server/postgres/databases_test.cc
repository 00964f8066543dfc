#include "server/postgres/databases.h"

#include <concepts>
#include <type_traits>

#include "gtest/gtest.h"

namespace chatter::postgres {
namespace {

template <typename Database, typename Statement>
concept Takes = requires(Database& database, Statement statement, Callback<Rows> done) {
  RunOne(database, std::move(statement), SteadyTime(), kIdempotent, std::move(done));
};

// What must not compile.
static_assert(Takes<ControlDatabase, ControlStatement>);
static_assert(Takes<TenantDatabases, TenantStatement>);
static_assert(!Takes<ControlDatabase, TenantStatement>);
static_assert(!Takes<TenantDatabases, ControlStatement>);
static_assert(!Takes<ControlDatabase, Statement>);
static_assert(!Takes<TenantDatabases, Statement>);
static_assert(std::constructible_from<ControlStatement, ControlSql, Params>);
static_assert(std::constructible_from<ControlStatement, AnySql, Params>);
static_assert(!std::constructible_from<ControlStatement, TenantSql, Params>);
static_assert(!std::constructible_from<ControlStatement, std::string_view, Params>);
static_assert(std::constructible_from<TenantStatement, TenantSql, TenantKey, Params>);
static_assert(std::constructible_from<TenantStatement, AnySql, TenantKey, Params>);
static_assert(!std::constructible_from<TenantStatement, TenantSql, Params>, "whose?");
static_assert(!std::constructible_from<TenantStatement, ControlSql, TenantKey, Params>);
static_assert(!std::convertible_to<TenantSql, AnySql> &&
              !std::convertible_to<TenantSql, ControlSql>);
// Two would be two servers.
static_assert(!std::copy_constructible<TenantDatabase>);

TEST(DatabasesTest, TenantsOfOneServerShareIt) {
  const auto database = Database::Create({.url = "postgresql://127.0.0.1:1/nowhere"}, [](bool) {});
  ASSERT_TRUE(database.ok());
  TenantDatabases tenants(**database);
  const TenantKey acme{*SchemaName::Parse("acme"), 1};
  const TenantKey globex{*SchemaName::Parse("globex"), 2};
  EXPECT_EQ(&tenants.For(acme), &tenants.For(globex));
  ASSERT_EQ(tenants.servers().size(), 1U);
  EXPECT_EQ(&tenants.servers().front(), &tenants.For(acme));
}

}  // namespace
}  // namespace chatter::postgres
