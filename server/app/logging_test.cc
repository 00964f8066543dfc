#include "server/app/logging.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/spdlog.h>

#include <string>

namespace chatter::app {
namespace {

using testing::HasSubstr;
using testing::MatchesRegex;

class LoggingTest : public testing::Test {
 protected:
  static void SetUpTestSuite() { SetUpLogging(spdlog::level::info); }

  LoggingTest() { testing::internal::CaptureStderr(); }
  ~LoggingTest() override {
    Flush();
    testing::internal::GetCapturedStderr();
  }

  // What has come to stderr since it was last asked for.
  static std::string Written() {
    std::string written = testing::internal::GetCapturedStderr();
    testing::internal::CaptureStderr();
    return written;
  }
  static void Flush() { AccessLogger()->flush(); }
};

TEST_F(LoggingTest, WritesALineAtOnceWithTheTimeAndTheLevel) {
  spdlog::info("listening");
  EXPECT_THAT(Written(),
              MatchesRegex("[0-9]+-[0-9]+-[0-9]+T[0-9:]+\\.[0-9][0-9][0-9]Z info listening\n"));
  spdlog::debug("details");
  EXPECT_EQ(Written(), "");
}

TEST_F(LoggingTest, KeepsCallsUntilFlushed) {
  AccessLogger()->info("call 1");
  EXPECT_EQ(Written(), "");
  Flush();
  EXPECT_THAT(Written(), HasSubstr("Z info call 1\n"));
}

TEST_F(LoggingTest, KeepsTheOrder) {
  AccessLogger()->info("call 1");
  spdlog::info("between");
  EXPECT_THAT(Written(), MatchesRegex("[^\n]+call 1\n[^\n]+between\n"));
}

TEST_F(LoggingTest, WritesFailedCallsAtOnce) {
  AccessLogger()->warn("call 1");
  EXPECT_THAT(Written(), HasSubstr("Z warning call 1\n"));
}

TEST_F(LoggingTest, KeepsNoMoreThanItsBound) {
  AccessLogger()->info(std::string(15 << 10, 'x'));
  EXPECT_EQ(Written(), "");
  AccessLogger()->info(std::string(1 << 10, 'y'));
  EXPECT_THAT(Written(), HasSubstr("yyy\n"));
}

}  // namespace
}  // namespace chatter::app
