#include "client/base/utf8.h"

#include <gtest/gtest.h>

namespace chatter::client {
namespace {

TEST(Utf8Test, ReadsEveryLength) {
  EXPECT_EQ(DecodeFirst("a").value, U'a');
  EXPECT_EQ(DecodeFirst("\u00e9x").value, U'\u00e9');
  EXPECT_EQ(DecodeFirst("\u20ac").value, U'\u20ac');
  EXPECT_EQ(DecodeFirst("\U0001F600").value, U'\U0001F600');
  EXPECT_EQ(DecodeFirst("\U0001F600").size, 4u);
  EXPECT_TRUE(IsValidUtf8("a\u00e9\u20ac\U0001F600\U0010FFFF"));
  EXPECT_TRUE(IsValidUtf8(""));
}

TEST(Utf8Test, RefusesWhatRfc3629Forbids) {
  EXPECT_FALSE(IsValidUtf8("\x80"));              // a continuation first
  EXPECT_FALSE(IsValidUtf8("\xC3"));              // cut off
  EXPECT_FALSE(IsValidUtf8("\xC3("));             // not continued
  EXPECT_FALSE(IsValidUtf8("\xC0\xAF"));          // too long a form of /
  EXPECT_FALSE(IsValidUtf8("\xE0\x80\xAF"));      // the same with three
  EXPECT_FALSE(IsValidUtf8("\xF0\x80\x80\xAF"));  // the same with four
  EXPECT_FALSE(IsValidUtf8("\xED\xA0\x80"));      // a surrogate
  EXPECT_FALSE(IsValidUtf8("\xF4\x90\x80\x80"));  // beyond U+10FFFF
  EXPECT_FALSE(IsValidUtf8("\xF5\x80\x80\x80"));
  EXPECT_FALSE(IsValidUtf8("\xFF"));
}

TEST(Utf8Test, AnInvalidByteIsPassedOneAtATime) {
  const CodePoint point = DecodeFirst("\xE2\x82x");
  EXPECT_FALSE(point.valid);
  EXPECT_EQ(point.size, 1u);
}

}  // namespace
}  // namespace chatter::client
