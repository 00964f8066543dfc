#include "server/store/highlights.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>

#include "absl/strings/str_replace.h"

namespace chatter::store {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

const HighlightMarks kMarks{"<b>", "<e>"};

std::vector<std::pair<int, int>> Find(std::string_view marked, std::string_view text) {
  std::vector<std::pair<int, int>> found;
  for (const v1::TextRange& range : FindHighlights(marked, kMarks, text)) {
    found.emplace_back(range.begin(), range.end());
  }
  return found;
}

// With the marks taken out.
std::vector<std::pair<int, int>> Find(const std::string& marked) {
  return Find(marked, absl::StrReplaceAll(marked, {{"<b>", ""}, {"<e>", ""}}));
}

TEST(HighlightsTest, AreCountedInBytes) {
  EXPECT_THAT(Find("none"), IsEmpty());
  EXPECT_THAT(Find(""), IsEmpty());
  EXPECT_THAT(Find("<b>all<e>"), ElementsAre(Pair(0, 3)));
  EXPECT_THAT(Find("a <b>b<e> c <b>d<e>"), ElementsAre(Pair(2, 3), Pair(6, 7)));
  EXPECT_THAT(Find("Grüße aus <b>Köln<e> 👍 <b>日本<e>"), ElementsAre(Pair(12, 17), Pair(23, 29)));
}

TEST(HighlightsTest, AreNoneWhereTheMarkedTextIsAnother) {
  EXPECT_THAT(Find("a <b>b<e>", "a  b"), IsEmpty());
  EXPECT_THAT(Find("a <b>b", "a b"), IsEmpty()) << "unfinished";
  EXPECT_THAT(Find("<b>a<e>", "<b>a<e>"), IsEmpty());
}

TEST(HighlightsTest, AreBounded) {
  std::string marked;
  for (int i = 0; i < 2 * kMaxHighlights; ++i) marked += "<b>a<e> ";
  EXPECT_EQ(Find(marked).size(), size_t{kMaxHighlights});
}

TEST(HighlightsTest, MarksAreNeverTheSame) {
  const HighlightMarks marks = HighlightMarks::Random();
  EXPECT_NE(marks.begin, marks.end);
  EXPECT_NE(marks.begin, HighlightMarks::Random().begin);
  EXPECT_EQ(marks.begin.size(), 32u);
}

}  // namespace
}  // namespace chatter::store
