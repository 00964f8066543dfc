#include "server/app/logging.h"

#include <gmock/gmock.h>
#include <grpc/support/log.h>
#include <gtest/gtest.h>
#include <spdlog/spdlog.h>

#include <string>
#include <vector>

#include "absl/strings/str_split.h"

namespace chatter::app {
namespace {

using testing::EndsWith;
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
    FlushLogs();
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

TEST_F(LoggingTest, NoTextBeginsALineOfItsOwn) {
  const std::string forged = "x\n2026-11-29T00:00:00.000Z info call method=/forged\r\x1b[2J";
  const std::string shown = R"(x\n2026-11-29T00:00:00.000Z info call method=/forged\r\x1b[2J)";
  spdlog::info("{}", forged);
  AccessLogger()->warn("{}", forged);
  gpr_set_log_verbosity(GPR_LOG_SEVERITY_ERROR);  // as grpc_init() does
  gpr_log(GPR_ERROR, "%s", forged.c_str());
  const std::vector<std::string> lines = absl::StrSplit(Written(), '\n');
  ASSERT_EQ(lines.size(), 4);
  EXPECT_THAT(lines[0], EndsWith("Z info " + shown));
  EXPECT_THAT(lines[1], EndsWith("Z warning " + shown));
  EXPECT_THAT(lines[2], EndsWith("Z warning grpc: " + shown));
  EXPECT_EQ(lines[3], "");
}

TEST_F(LoggingTest, KeepsNoMoreThanItsBound) {
  AccessLogger()->info(std::string(15 << 10, 'x'));
  EXPECT_EQ(Written(), "");
  AccessLogger()->info(std::string(1 << 10, 'y'));
  EXPECT_THAT(Written(), HasSubstr("yyy\n"));
}

}  // namespace
}  // namespace chatter::app
