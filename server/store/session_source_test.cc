#include "server/store/session_source.h"

#include <gtest/gtest.h>

#include <future>
#include <string>

#include "server/model/errors.h"
#include "tests/support/test_database.h"

namespace chatter::store {
namespace {

using postgres::BlockingSession;
using test::TestDatabase;

constexpr std::string_view kWhoAmI = "SELECT current_setting('application_name')";

TEST(SessionSourceTest, SessionsBearItsName) {
  const TestDatabase database;
  const SessionSource sessions(database.url(), "test of names");
  auto own = sessions.Open();
  ASSERT_TRUE(own.ok());
  EXPECT_EQ((*own->Query(kWhoAmI))[0][0], "test of names");
  const absl::Status done = sessions.Run("a look", [](BlockingSession& session) {
    EXPECT_EQ((*session.Query(kWhoAmI))[0][0], "test of names");
    return absl::OkStatus();
  });
  EXPECT_EQ(done, absl::OkStatus());
}

TEST(SessionSourceTest, WhatIsUsedAgainIsWholeAgain) {
  const TestDatabase database;
  const SessionSource sessions(database.url(), "test");
  std::string first;
  const auto look = [](std::string& pid) {
    return [&pid](BlockingSession& session) {
      const auto rows = session.Query("SELECT pg_backend_pid()");
      if (rows.ok()) pid = (*rows)[0][0].value_or("");
      return rows.status();
    };
  };
  ASSERT_TRUE(sessions.Run("a look", look(first)).ok());
  std::string second;
  ASSERT_TRUE(sessions.Run("a look", look(second)).ok());
  EXPECT_EQ(first, second);
  database.CutConnections();
  std::string third;
  ASSERT_TRUE(sessions.Run("a look", look(third)).ok());
  EXPECT_NE(third, second);
}

TEST(SessionSourceTest, OnlyErrorsForCallersReachThem) {
  const TestDatabase database;
  const SessionSource sessions(database.url(), "test");
  EXPECT_TRUE(absl::IsInternal(sessions.Run(
      "nonsense", [](BlockingSession& session) { return session.Execute("nonsense"); })));
  EXPECT_EQ(sessions.Run("a search", [](BlockingSession&) { return RoomNotFoundError(); }),
            RoomNotFoundError());
}

// One source is stopped, and no other.
TEST(SessionSourceTest, StoppingEndsWhatRuns) {
  const TestDatabase database;
  const SessionSource sessions(database.url(), "test");
  const SessionSource others(database.url(), "others");
  const auto sleep = [](BlockingSession& session) {
    return session.Execute("SELECT pg_sleep(60)");
  };
  auto sleeping = std::async(std::launch::async, [&] { return sessions.Run("a sleep", sleep); });
  sessions.Stop();
  EXPECT_TRUE(absl::IsUnavailable(sleeping.get()));
  EXPECT_TRUE(absl::IsUnavailable(sessions.Run("a sleep", sleep)));
  EXPECT_EQ(
      others.Run("a look", [](BlockingSession& session) { return session.Execute("SELECT"); }),
      absl::OkStatus());
}

}  // namespace
}  // namespace chatter::store
