#include "client/cli/text_boundaries.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace chatter::client::cli {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(TextBoundariesTest, CharactersAreWhatPeopleTakeForThem) {
  EXPECT_THAT(CharacterBoundaries(""), ElementsAre(0));
  EXPECT_THAT(CharacterBoundaries("a世b"), ElementsAre(0, 1, 4, 5));
  EXPECT_THAT(CharacterBoundaries("e\u0301x"), ElementsAre(0, 3, 4));
  EXPECT_THAT(CharacterBoundaries("👨‍👩‍👧x"), ElementsAre(0, 18, 19));
  EXPECT_THAT(CharacterBoundaries("🇩🇪🇫🇷"), ElementsAre(0, 8, 16));
  EXPECT_THAT(CharacterBoundaries("👍🏽"), ElementsAre(0, 8));
}

TEST(TextBoundariesTest, WordsAreWithoutWhatIsBetween) {
  EXPECT_THAT(Words(" , "), IsEmpty());
  EXPECT_THAT(Words("it's v2, ok"), ElementsAre(Word{0, 4}, Word{5, 7}, Word{9, 11}));
  EXPECT_THAT(Words("你好 世界"), ElementsAre(Word{0, 6}, Word{7, 13}));
}

}  // namespace
}  // namespace chatter::client::cli
