#include "server/model/reaction.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace chatter {
namespace {

std::string WithoutSelectors(std::string text) {
  constexpr std::string_view kSelector = "\ufe0f";
  while (text.find(kSelector) != std::string::npos) {
    text.erase(text.find(kSelector), kSelector.size());
  }
  return text;
}

TEST(NormalReaction, AnEmojiIsTheSameWithAndWithoutSelectors) {
  for (const char* emoji : {
           "\u2764\ufe0f",                              // a heart
           "\u2764\ufe0f\u200d\U0001f525",              // on fire
           "\U0001f441\ufe0f\u200d\U0001f5e8\ufe0f",    // an eye in a speech bubble
           "\U0001f3f3\ufe0f\u200d\U0001f308",          // a rainbow flag
           "\U0001f3cc\U0001f3fd\u200d\u2642\ufe0f",    // a golfer with a skin tone
           "3\ufe0f\u20e3", "#\ufe0f\u20e3",            // keycaps
           "\u263a\ufe0f\u263a\ufe0f",                  // two
           "\U0001f44d", "\U0001f44d\U0001f3fd",        // thumbs, which have none
           "\U0001f1e9\U0001f1ea",                      // a country
           "\U0001f3f4\U000e0067\U000e0062\U000e007f",  // a part of one
       }) {
    EXPECT_EQ(NormalReaction(emoji), emoji);
    EXPECT_EQ(NormalReaction(WithoutSelectors(emoji)), emoji);
  }
  EXPECT_EQ(NormalReaction("\U0001f44d\ufe0f"), "\U0001f44d");
}

TEST(NormalReaction, WhatIsNotAllEmojiIsLeftAlone) {
  for (const char* text : {"a\n", "\ta", "party_parrot", "+1", "100", "Chatter\u2122", "\u2764 it",
                           "\u00e9", "\u2764\ufe0e", "\u2764\ufe0f it", "thumbs up"}) {
    EXPECT_EQ(NormalReaction(text), text);
  }
}

TEST(NormalReaction, WhatCannotBeSeenMakesNoOtherReaction) {
  // Spaces without a width, joiners with nothing to join, marks of direction, fillers, selectors,
  // tags, and blanks.
  for (const char* nothing : {"\u200b",       "\u200c",
                              "\u200d",       "\u200e",
                              "\u202a",       "\u2060",
                              "\u2062",       "\ufeff",
                              "\u00ad",       "\u034f",
                              "\u061c",       "\u180e",
                              "\u3164",       "\u115f",
                              "\u206a",       "\ufe00",
                              "\U000e0100",   "\U000e0001",
                              "\U000e0067",   "\U000e0067\U000e007f",
                              "\U000e007f",   " ",
                              "\u00a0",       "\u3000",
                              "\u2800",       "\u200d\u200d",
                              "\u200b \u200d"}) {
    for (const char* reaction :
         {"\U0001f44d", "\U0001f44d\U0001f3fd", "\u2764\ufe0f", "\u2764\ufe0f\u200d\U0001f525",
          "3\ufe0f\u20e3", "\U0001f1e9\U0001f1ea", "party_parrot", "+1"}) {
      const std::string text = reaction;
      EXPECT_EQ(NormalReaction(nothing + text), text) << nothing << text;
      EXPECT_EQ(NormalReaction(text + nothing), text) << text << nothing;
      EXPECT_EQ(NormalReaction(nothing + text + nothing), text) << nothing << text << nothing;
    }
  }
  EXPECT_EQ(NormalReaction("party\u200b_\u200dparrot"), "party_parrot");
  EXPECT_EQ(NormalReaction("\U0001f44d\u200b\U0001f3fd"), "\U0001f44d\U0001f3fd");
  EXPECT_EQ(NormalReaction("\u00e9\ufe0f"), "\u00e9");
  EXPECT_EQ(NormalReaction("\u2764\ufe0f\ufe0f it"), "\u2764\ufe0f it");
  EXPECT_EQ(NormalReaction("\u2764\ufe0e\ufe0e"), "\u2764\ufe0e");
  EXPECT_EQ(NormalReaction("\U0001f3f4\U000e0067"), "\U0001f3f4") << "a run of tags without an end";
  EXPECT_EQ(NormalReaction("\u200b\u2060 "), "");
}

TEST(NormalReaction, WhatMakesOthersLookDifferentStays) {
  for (const char* text : {
           "\U0001f468\u200d\U0001f469\u200d\U0001f467",        // a family
           "\U0001f469\U0001f3fd\u200d\U0001f680",              // an astronaut with a skin tone
           "\U0001f3f4\u200d\u2620\ufe0f",                      // a pirate's flag
           "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",  // Persian, with a non-joiner
           "\u0915\u094d\u200d\u0937",                          // Hindi, with a half form
           "\u845b\U000e0100",                                  // a variant of an ideograph
       }) {
    EXPECT_EQ(NormalReaction(text), text);
  }
}

}  // namespace
}  // namespace chatter
