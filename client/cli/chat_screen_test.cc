#include "client/cli/chat_screen.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace chatter::client::cli {
namespace {

class ChatScreenTest : public testing::Test {
 protected:
  std::string Written() { return std::exchange(written_, {}); }

  std::string written_;
  size_t width_ = 80;
  ChatScreen screen_{
      {[this](std::string_view bytes) { written_ += bytes; }, [this] { return width_; }}};
  SteadyTime now_ = SteadyTime();
};

TEST_F(ChatScreenTest, MessagesGoAboveTheInputLine) {
  screen_.SetInput("half a sent", 11);
  Written();
  screen_.Print("bob: hi");
  EXPECT_EQ(Written(), "\r\x1B[Jbob: hi\n> half a sent");
}

TEST_F(ChatScreenTest, NothingOfOthersReachesTheTerminalUnchecked) {
  Written();
  screen_.Print("bob: \x1B[2J");
  EXPECT_EQ(Written(), "\r\x1B[Jbob: ␛[2J\n> ");
  screen_.SetTyping("\x1B[2J", true, now_);
  EXPECT_EQ(Written(), "\r\x1B[J[␛[2J is typing] > ");
}

TEST_F(ChatScreenTest, TypingIsForgottenAfterTenSeconds) {
  EXPECT_EQ(screen_.NextDeadline(), SteadyTime::InfiniteFuture());
  screen_.SetTyping("bob", true, now_);
  EXPECT_EQ(screen_.NextDeadline(), now_ + absl::Seconds(10));
  screen_.OnTimer(now_ + absl::Seconds(9));
  Written();
  screen_.OnTimer(now_ + absl::Seconds(10));
  EXPECT_EQ(Written(), "\r\x1B[J> ");
}

TEST_F(ChatScreenTest, NamesSeveralTypists) {
  for (const char* user : {"a", "b"}) screen_.SetTyping(user, true, now_);
  Written();
  screen_.SetTyping("c", true, now_);
  EXPECT_EQ(Written(), "\r\x1B[J[a, b, c are typing] > ");
  screen_.SetTyping("a", false, now_);
  EXPECT_EQ(Written(), "\r\x1B[J[b, c are typing] > ");
  width_ = 20;
  screen_.SetTyping("d", true, now_);
  EXPECT_EQ(Written(), "\r\x1B[J[3...] > ");
}

TEST_F(ChatScreenTest, ALongInputShowsWhatIsAroundTheCursor) {
  width_ = 14;  // for the prompt, 11 characters, and one more
  Written();
  screen_.SetInput("0123456789abcdef", 16);
  EXPECT_EQ(Written(), "\r\x1B[J> 56789abcdef");
  screen_.SetInput("0123456789abcdef", 12);
  EXPECT_EQ(Written(),
            "\r\x1B[J> 456789ab\x1B"
            "7cde\x1B"
            "8");
  screen_.SetInput("0123456789abcdef", 0);
  EXPECT_EQ(Written(),
            "\r\x1B[J> \x1B"
            "70123456789a\x1B"
            "8");
}

// How far the cursor has to go for an emoji, only the terminal knows.
TEST_F(ChatScreenTest, TheTerminalItselfPutsTheCursorBack) {
  Written();
  screen_.SetInput("x👨‍👩‍👧yz", 19);
  EXPECT_EQ(Written(),
            "\r\x1B[J> x👨‍👩‍👧\x1B"
            "7yz\x1B"
            "8");
}

TEST_F(ChatScreenTest, LinesOfTheInputAreShownInOneRow) {
  Written();
  screen_.SetInput("one\ntwo", 7);
  EXPECT_EQ(Written(), "\r\x1B[J> one␊two");
}

TEST_F(ChatScreenTest, WhatWaitsIsShownBelowTheMessages) {
  Written();
  screen_.SetWaiting({{1, "one"}, {2, "two"}}, true);
  EXPECT_EQ(Written(), "\r\x1B[J… one\n… two\n> ");
  screen_.Print("bob: hi");
  EXPECT_EQ(Written(), "\x1B[2A\r\x1B[Jbob: hi\n… one\n… two\n> ");
  screen_.SetWaiting({{2, "two"}}, false);
  EXPECT_EQ(Written(), "\x1B[2A\r\x1B[J… waiting for the connection: two\n> ");
  screen_.DrawAnew();  // what is above is others'
  EXPECT_EQ(Written(), "\r\x1B[J… waiting for the connection: two\n> ");
  screen_.SetWaiting({}, true);
  EXPECT_EQ(Written(), "\x1B[1A\r\x1B[J> ");
}

TEST_F(ChatScreenTest, OfManyThatWaitTheNewestAreShown) {
  Written();
  screen_.SetWaiting({{1, "a"}, {2, "b"}, {3, "c"}, {4, "d"}, {5, "e"}}, true);
  EXPECT_EQ(Written(), "\r\x1B[J… 2 more\n… c\n… d\n… e\n> ");
  screen_.Finish();
  EXPECT_EQ(Written(), "\x1B[4A\r\x1B[J");
}

TEST_F(ChatScreenTest, WhatWaitsTakesARowEach) {
  width_ = 40;
  Written();
  screen_.SetWaiting({{1, "two\nlines of a text that is rather long"}}, true);
  EXPECT_EQ(Written(), "\r\x1B[J… two␊lines of a text that is rather l…\n> ");
  width_ = 20;
  screen_.SetWaiting({{1, "text"}}, false);
  EXPECT_EQ(Written(), "\x1B[1A\r\x1B[J… waiting for the …\n> ");
}

}  // namespace
}  // namespace chatter::client::cli
