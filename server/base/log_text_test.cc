#include "server/base/log_text.h"

#include <gtest/gtest.h>

#include <string>

namespace chatter {
namespace {

TEST(LogTextTest, LeavesPlainTextAlone) {
  const std::string plain = R"(a line: key=value "quoted" C:\new ~)";
  EXPECT_TRUE(IsLogText(plain));
  EXPECT_EQ(LogText(plain), plain);
}

TEST(LogTextTest, ShowsWhatWouldBeginAnotherLine) {
  EXPECT_EQ(LogText("one\ntwo\r\n\tthree"), R"(one\ntwo\r\n\tthree)");
}

TEST(LogTextTest, ShowsControlsAndAllBeyondAscii) {
  using namespace std::string_view_literals;
  EXPECT_EQ(LogText("\0\x1b[2J\x7f"sv), R"(\x00\x1b[2J\x7f)");
  EXPECT_EQ(LogText("\xc2\x85\xe2\x80\xa8"), R"(\xc2\x85\xe2\x80\xa8)");
}

TEST(LogTextTest, KnowsForEveryByteWhetherItIsPlain) {
  for (int byte = 0; byte < 256; ++byte) {
    const std::string text(1, static_cast<char>(byte));
    EXPECT_EQ(IsLogText(text), LogText(text) == text) << byte;
    EXPECT_TRUE(IsLogText(LogText(text))) << byte;
  }
}

TEST(LogTextTest, FieldsEndWhereTheNextBegins) {
  EXPECT_EQ(LogField("a.b-c_D"), "a.b-c_D");
  EXPECT_EQ(LogField(""), "");
  EXPECT_EQ(LogField("my tenant"), R"("my tenant")");
  EXPECT_EQ(LogField("\u00fcnal"), R"("\xc3\xbcnal")");
  EXPECT_EQ(LogField("a\" check=\"b"), R"("a\" check=\"b")");
}

}  // namespace
}  // namespace chatter
