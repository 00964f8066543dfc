#include "client/cli/nearest.h"

#include <gtest/gtest.h>

namespace chatter::client::cli {
namespace {

TEST(NearestTest, OneLetterInThreeMayBeWrong) {
  const std::vector<std::string> names = {"room", "recipients", "send", "tail"};
  EXPECT_EQ(Nearest("rom", names), "room");
  EXPECT_EQ(Nearest("rooms", names), "room");
  EXPECT_EQ(Nearest("ruum", names), "room");
  EXPECT_EQ(Nearest("tial", names), "tail");
  EXPECT_EQ(Nearest("resipeint", names), "recipients");
  EXPECT_EQ(Nearest("list", names), "");
  EXPECT_EQ(Nearest("x", names), "");
  EXPECT_EQ(Nearest("", names), "");
  EXPECT_EQ(Nearest("room", {}), "");
}

TEST(NearestTest, TheFewestMistakesWin) {
  EXPECT_EQ(Nearest("reaction", {"react", "reactions"}), "reactions");
  EXPECT_EQ(Nearest("unpn", {"pin", "unpin"}), "unpin");
}

TEST(NearestTest, TheBeginningOfANameIsNear) {
  EXPECT_EQ(Nearest("del", {"edit", "delete"}), "delete");
  EXPECT_EQ(Nearest("de", {"edit", "delete"}), "");
}

TEST(NearestTest, WhatIsLongIsNearNothing) {
  EXPECT_EQ(Nearest(std::string(1'000'000, 'a'), {"a"}), "");
}

}  // namespace
}  // namespace chatter::client::cli
