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
  for (const char* text : {"party_parrot", "+1", "100", "Chatter\u2122", "\u2764 it",
                           "\u00e9\ufe0f", "\u2764\ufe0e"}) {
    EXPECT_EQ(NormalReaction(text), text);
  }
}

}  // namespace
}  // namespace chatter
