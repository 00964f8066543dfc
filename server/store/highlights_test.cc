#include "server/store/highlights.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>

namespace chatter::store {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

std::vector<std::pair<int, int>> Find(const std::vector<std::string>& tokens,
                                      std::string_view text) {
  std::vector<std::pair<int, int>> found;
  for (const v1::TextRange& range : FindHighlights(tokens, text)) {
    found.emplace_back(range.begin(), range.end());
  }
  return found;
}

TEST(HighlightsTest, AreCountedInBytes) {
  EXPECT_THAT(Find({}, ""), IsEmpty());
  EXPECT_THAT(Find({"-none"}, "none"), IsEmpty());
  EXPECT_THAT(Find({"+all"}, "all"), ElementsAre(Pair(0, 3)));
  EXPECT_THAT(Find({"-a", "+b", "-c", "+d"}, "a (b) c d"), ElementsAre(Pair(3, 4), Pair(8, 9)));
  EXPECT_THAT(Find({"-Grüße", "+Köln", "-日", "+本"}, "Grüße, Köln 👍 日本"),
              ElementsAre(Pair(9, 14), Pair(23, 26)));
}

TEST(HighlightsTest, AreOfTheWordThatMatchesAndNoOtherLikeIt) {
  EXPECT_THAT(Find({"-rapples", "-a", "+apples"}, "rapples a/apples"), ElementsAre(Pair(10, 16)));
}

TEST(HighlightsTest, OfWhatTouchesAreOne) {
  EXPECT_THAT(Find({"+日", "+本", "-語", "+日"}, "日本語日"), ElementsAre(Pair(0, 6), Pair(9, 12)));
}

TEST(HighlightsTest, EndWhereTheTextIsAnother) {
  EXPECT_THAT(Find({"+a", "+b", "+c"}, "a x c"), ElementsAre(Pair(0, 1)));
}

TEST(HighlightsTest, AreBounded) {
  std::vector<std::string> tokens;
  std::string text;
  for (int i = 0; i < 2 * kMaxHighlights; ++i) {
    tokens.emplace_back("+a");
    text += "a ";
  }
  EXPECT_EQ(Find(tokens, text).size(), size_t{kMaxHighlights});
}

}  // namespace
}  // namespace chatter::store
