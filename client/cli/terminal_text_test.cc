#include "client/cli/terminal_text.h"

#include <gtest/gtest.h>

#include <clocale>

namespace chatter::client::cli {
namespace {

class TerminalTextTest : public testing::Test {
 protected:
  TerminalTextTest() { std::setlocale(LC_CTYPE, "C.UTF-8"); }
};

TEST_F(TerminalTextTest, LeavesOrdinaryTextAlone) {
  const std::string text = "Grüße, 世界 😀 (e\u0301)";
  EXPECT_EQ(Sanitize(text), text);
}

TEST_F(TerminalTextTest, LetsNoEscapeSequenceThrough) {
  EXPECT_EQ(Sanitize("\x1B[2J\x1B]0;title\x07"), "␛[2J␛]0;title␇");
  EXPECT_EQ(Sanitize("a\r\nb\tc\x7F"), "a␍␊b␉c␡");
  EXPECT_EQ(Sanitize(std::string("\0", 1)), "␀");
  EXPECT_EQ(Sanitize("\u009B31m"), "\uFFFD31m");  // C1's CSI
  EXPECT_EQ(Sanitize("\x9B"), "\uFFFD");          // the same as a lone byte
}

TEST_F(TerminalTextTest, LetsNothingTurnTheDirectionOrBreakTheLine) {
  EXPECT_EQ(Sanitize("a\u202Eb\u2066c\u2028d"), "a\uFFFDb\uFFFDc\uFFFDd");
}

TEST_F(TerminalTextTest, ReplacesWhatIsNotUtf8) { EXPECT_EQ(Sanitize("a\xC3(b"), "a\uFFFD(b"); }

TEST_F(TerminalTextTest, NoByteIsAControlAfterwards) {
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
  for (const char byte : Sanitize(all)) {
    EXPECT_FALSE(static_cast<unsigned char>(byte) < 0x20 || byte == '\x7F');
  }
}

TEST_F(TerminalTextTest, CountsColumns) {
  EXPECT_EQ(DisplayWidth("abc"), 3u);
  EXPECT_EQ(DisplayWidth("世界"), 4u);
  EXPECT_EQ(DisplayWidth("e\u0301"), 1u);
  EXPECT_EQ(DisplayWidth("❤\uFE0F"), 2u);  // as an emoji
}

TEST_F(TerminalTextTest, CutsAtCharacters) {
  EXPECT_EQ(SuffixThatFits("a世界", 3), "界");
  EXPECT_EQ(SuffixThatFits("abc", 3), "abc");
  EXPECT_EQ(SuffixThatFits("abc", 0), "");
  EXPECT_EQ(PrefixThatFits("世界a", 3), "世");
  EXPECT_EQ(PrefixThatFits("abc", 3), "abc");
  EXPECT_EQ(SuffixThatFits("👨‍👩‍👧b", 5), "b");  // not the child alone
  EXPECT_EQ(PrefixThatFits("a👨‍👩‍👧", 5), "a");
  EXPECT_EQ(PrefixThatFits("e\u0301a", 1), "e\u0301");
}

TEST_F(TerminalTextTest, ShowsThatItWasCut) {
  EXPECT_EQ(Shorten("abc", 3), "abc");
  EXPECT_EQ(Shorten("abcd", 3), "ab…");
  EXPECT_EQ(Shorten("a\nbc", 3), "a␊…");
}

}  // namespace
}  // namespace chatter::client::cli
