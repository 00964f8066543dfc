#include "tests/support/test_database.h"

#include <libpq-fe.h>

#include <cstdio>
#include <cstdlib>
#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "server/base/crypto.h"
#include "server/postgres/blocking_session.h"
#include "server/postgres/schema_guard.h"
#include "server/store/migrator.h"
#include "server/store/sql.h"
#include "server/store/tenant_maker.h"

namespace chatter::test {
namespace {

[[noreturn]] void Die(std::string_view what) {
  std::fprintf(stderr, "test database: %.*s\n", static_cast<int>(what.size()), what.data());
  std::abort();
}

std::string ServerUrl() {
  if (const char* url = std::getenv("CHATTER_TEST_DATABASE_URL")) return url;
  FILE* pipe = popen(CHATTER_POSTGRES_URL_COMMAND, "r");
  if (pipe == nullptr) Die("popen failed");
  char line[1024] = "";
  const bool read = std::fgets(line, sizeof(line), pipe) != nullptr;
  if (pclose(pipe) != 0 || !read) Die("no PostgreSQL: run the tests with ctest or scripts/test");
  return std::string(absl::StripAsciiWhitespace(line));
}

// `url` with another database: the last part of its path.
std::string WithDatabase(const std::string& url, const std::string& database) {
  return url.substr(0, url.rfind('/') + 1) + database;
}

std::string Run(const std::string& url, const std::string& sql) {
  const std::unique_ptr<PGconn, decltype(&PQfinish)> conn(PQconnectdb(url.c_str()), &PQfinish);
  if (PQstatus(conn.get()) != CONNECTION_OK) Die(PQerrorMessage(conn.get()));
  const std::unique_ptr<PGresult, decltype(&PQclear)> result(PQexec(conn.get(), sql.c_str()),
                                                             &PQclear);
  const auto status = PQresultStatus(result.get());
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) Die(PQerrorMessage(conn.get()));
  return PQntuples(result.get()) == 0 ? "" : PQgetvalue(result.get(), 0, 0);
}

std::string RandomName() {
  uint64_t number;
  RandomBytes(&number, sizeof(number));
  return absl::StrCat("chatter_test_", absl::Hex(number));
}

}  // namespace

TestDatabase::TestDatabase() : name_(RandomName()) {
  const std::string server = ServerUrl();
  Run(server, "CREATE DATABASE " + name_);
  // Whatever would rely on the search path fails here.
  Run(server, "ALTER DATABASE " + name_ + " SET search_path = ''");
  url_ = WithDatabase(server, name_);
  if (!store::Migrator({.database_url = url_}).MigrateControl().ok()) Die("migration failed");
}

TestDatabase::~TestDatabase() { Run(ServerUrl(), "DROP DATABASE " + name_ + " WITH (FORCE)"); }

TenantKey TestDatabase::AddTenant(std::string_view name) const {
  const store::Migrator migrator({.database_url = url_});
  const store::SessionSource sessions(url_, "test");
  auto tenant = store::TenantMaker(migrator, sessions)
                    .Create({.schema_name = *SchemaName::Parse(name),
                             .display_name = "",
                             .domains = {},
                             .created_at = {}});
  if (!tenant.ok()) Die("tenant not made");
  return Find(name);
}

TenantKey TestDatabase::Find(std::string_view name) const {
  const SchemaName schema = *SchemaName::Parse(name);
  auto session = postgres::BlockingSession::Open(url_);
  if (!session.ok()) Die("no connection");
  const auto found = session->Query(store::sql::kFindTenant, {schema.text()});
  if (!found.ok() || found->size() != 1) Die("tenant not found");
  return {schema, postgres::ParseStamp(found->front().back().value_or(""))};
}

std::string TestDatabase::Execute(const std::string& sql) const { return Run(url_, sql); }

std::string TestDatabase::ExecuteOn(const std::string& database, const std::string& sql) const {
  return Run(WithDatabase(url_, database), sql);
}

void TestDatabase::CutConnections() const {
  Run(url_,
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
      "WHERE datname = current_database() AND pid <> pg_backend_pid()");
}

}  // namespace chatter::test
