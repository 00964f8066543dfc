#include "server/identity/refusal_log.h"

#include <gtest/gtest.h>

#include "tests/support/log_lines.h"

namespace chatter::identity {
namespace {

TEST(RefusalLogTest, OneLineAMinuteOfEachTenantAndCheck) {
  const TenantKey acme{*SchemaName::Parse("acme")};
  const TenantKey globex{*SchemaName::Parse("globex")};
  test::LogLines lines;
  RefusalLog log("jwt");
  SteadyTime now = SteadyTime::Now();
  for (int i = 0; i < 100; ++i) log.Report(acme, "it is late", now);
  EXPECT_EQ(lines.Take(),
            "info a sign-in is refused: credential=jwt tenant=acme check=\"it is late\"\n");
  log.Report(acme, "it is early", now);
  log.Report(globex, "it is late", now);
  EXPECT_EQ(lines.Take(),
            "info a sign-in is refused: credential=jwt tenant=acme check=\"it is early\"\n"
            "info a sign-in is refused: credential=jwt tenant=globex check=\"it is late\"\n");
  now += LogLimiter::kInterval;
  log.Report(acme, "it is late", now);
  EXPECT_NE(lines.Take(), "");
}

}  // namespace
}  // namespace chatter::identity
