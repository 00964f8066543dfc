#include "server/store/search_terms.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"

namespace chatter::store {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Each as its alternative's number, `!` if it is excluded, its text, and `*` if it goes on.
std::vector<std::string> Parse(std::string_view query) {
  std::vector<std::string> terms;
  for (const SearchTerm& term : ParseSearchQuery(query)) {
    terms.push_back(absl::StrCat(term.alternative, term.excluded ? "!" : "", term.text,
                                 term.goes_on ? "*" : ""));
  }
  return terms;
}

TEST(SearchTermsTest, BlanksLieBetweenThem) {
  EXPECT_THAT(Parse("red order-4711"), ElementsAre("0red", "0order-4711*"));
  EXPECT_THAT(Parse("  red   "), ElementsAre("0red"));
  EXPECT_THAT(Parse(""), IsEmpty());
  EXPECT_THAT(Parse("  "), IsEmpty());
  EXPECT_THAT(Parse("東京\u3000-大阪\u00a0or\u2003red"), ElementsAre("0東京", "0!大阪", "1red*"));
}

TEST(SearchTermsTest, QuotesAreAroundPhrases) {
  EXPECT_THAT(Parse("\"red apples\" pears"), ElementsAre("0red apples", "0pears*"));
  EXPECT_THAT(Parse("a\"red apples\"b"), ElementsAre("0a", "0red apples", "0b*"));
  EXPECT_THAT(Parse("pears \"red app"), ElementsAre("0pears", "0red app"));
  EXPECT_THAT(Parse("\"\" \""), IsEmpty());
  EXPECT_THAT(Parse("\"or\" \"-a\""), ElementsAre("0or", "0-a"));
}

TEST(SearchTermsTest, AMinusIsBeforeWhatMustNotBeThere) {
  EXPECT_THAT(Parse("-red apples"), ElementsAre("0!red", "0apples*"));
  EXPECT_THAT(Parse("red -apples"), ElementsAre("0red", "0!apples"));
  EXPECT_THAT(Parse("red -\"green apples\""), ElementsAre("0red", "0!green apples"));
  EXPECT_THAT(Parse("-or"), ElementsAre("0!or"));
  EXPECT_THAT(Parse("red - apples -"), ElementsAre("0red", "0apples"));
  EXPECT_THAT(Parse("ABC-123"), ElementsAre("0ABC-123*"));
}

TEST(SearchTermsTest, OrLiesBetweenAlternatives) {
  EXPECT_THAT(Parse("red apples or Or pears OR plums"),
              ElementsAre("0red", "0apples", "2pears", "3plums*"));
  EXPECT_THAT(Parse("or apples or"), ElementsAre("1apples"));
  EXPECT_THAT(Parse("or"), IsEmpty());
  EXPECT_THAT(Parse("apples orange"), ElementsAre("0apples", "0orange*"));
}

}  // namespace
}  // namespace chatter::store
