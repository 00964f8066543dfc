// A database of a test's own in the PostgreSQL that the tests share.
//
// CHATTER_TEST_DATABASE_URL names another server; the role must be allowed to make databases.
#ifndef CHATTER_TESTS_SUPPORT_TEST_DATABASE_H_
#define CHATTER_TESTS_SUPPORT_TEST_DATABASE_H_

#include <string>
#include <string_view>

#include "server/model/ids.h"

namespace chatter::test {

class TestDatabase {
 public:
  // Makes the database and Chatter's control schema; ends the program if it can't.
  TestDatabase();
  ~TestDatabase();
  TestDatabase(const TestDatabase&) = delete;
  TestDatabase& operator=(const TestDatabase&) = delete;

  const std::string& name() const { return name_; }
  const std::string& url() const { return url_; }
  // Makes a tenant without domains.
  TenantKey AddTenant(std::string_view name) const;
  // The tenant of that name, as its schema is now.
  TenantKey Find(std::string_view name) const;
  // Runs one statement; returns the first value of its first row, or "".
  std::string Execute(const std::string& sql) const;
  // The same in another database of the server.
  std::string ExecuteOn(const std::string& database, const std::string& sql) const;
  // Cuts all connections to the database but this call's own.
  void CutConnections() const;

 private:
  std::string name_;
  std::string url_;
};

}  // namespace chatter::test

#endif  // CHATTER_TESTS_SUPPORT_TEST_DATABASE_H_
