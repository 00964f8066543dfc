#include "server/base/text.h"

#include <gtest/gtest.h>

#include <string>

namespace chatter {
namespace {

using namespace std::string_literals;

TEST(IsUtf8, TakesTheFirstAndLastCharacterOfEachLength) {
  for (const char* text : {"", "\x01", "\x7f", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80",
                           "\xed\x9f\xbf", "\xee\x80\x80", "\xef\xbf\xbf", "\xf0\x90\x80\x80",
                           "\xf4\x8f\xbf\xbf", "a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80z"}) {
    EXPECT_TRUE(IsUtf8(text)) << testing::PrintToString(text);
  }
}

TEST(IsUtf8, RefusesWhatIsTruncatedOverlongASurrogateOrTooLarge) {
  for (const char* text :
       {"\x80", "\xbf", "\xc2", "\xc0\xaf", "\xc1\xbf", "\xe0\x9f\xbf", "\xe2\x82", "\xed\xa0\x80",
        "\xed\xbf\xbf", "\xf0\x8f\xbf\xbf", "\xf0\x9f\x98", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80",
        "\xff", "a\xc3(", "\xe2\x82\xc3"}) {
    EXPECT_FALSE(IsUtf8(text)) << testing::PrintToString(text);
  }
}

TEST(HasControlCharacters, FindsThoseOfAsciiAndLatin1) {
  for (const std::string& text : {"\0"s, "a\nb"s, "\x1f"s, "\x7f"s, "a\xc2\x80"s, "\xc2\x9f"s}) {
    EXPECT_TRUE(HasControlCharacters(text)) << testing::PrintToString(text);
  }
  for (const std::string& text : {""s, " ~"s, "\xc2\xa0"s, "\xc3\x80"s, "\xe2\x80\x8f"s}) {
    EXPECT_FALSE(HasControlCharacters(text)) << testing::PrintToString(text);
  }
}

TEST(IsBlank, IsWhatShowsNothing) {
  // Among them: no-break and ideographic space, line separator, zero-width space and joiner, word
  // joiner, byte order mark, right-to-left mark, soft hyphen, Hangul filler, variation selector 16.
  for (const char* text :
       {"", " ", "\n\t ", "\x01", "\u00a0", "\u3000", "\u2028", "\u200b", "\u200d", "\u2060",
        "\ufeff", "\u200f", "\u00ad", "\u3164", "\ufe0f", "\U000e0041", " \u200b\u2028\n"}) {
    EXPECT_TRUE(IsBlank(text)) << testing::PrintToString(text);
  }
  for (const char* text : {"a", " a ", ".", "\u200b.", "\u00e9", "\u0301", "\u2764\ufe0f",
                           "\U0001f600", "\u2026", "\u05d0\u200f"}) {
    EXPECT_FALSE(IsBlank(text)) << testing::PrintToString(text);
  }
}

}  // namespace
}  // namespace chatter
