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

}  // namespace
}  // namespace chatter
