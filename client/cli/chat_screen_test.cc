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
  screen_.SetInput("half a sent");
  Written();
  screen_.Print("bob: hi");
  EXPECT_EQ(Written(), "\r\x1B[Kbob: hi\n\r\x1B[K> half a sent");
}

TEST_F(ChatScreenTest, NothingOfOthersReachesTheTerminalUnchecked) {
  Written();
  screen_.Print("bob: \x1B[2J");
  EXPECT_EQ(Written(), "\r\x1B[Kbob: ␛[2J\n\r\x1B[K> ");
  screen_.SetTyping("\x1B[2J", true, now_);
  EXPECT_EQ(Written(), "\r\x1B[K[␛[2J is typing] > ");
}

TEST_F(ChatScreenTest, TypingIsForgottenAfterTenSeconds) {
  EXPECT_EQ(screen_.NextDeadline(), SteadyTime::InfiniteFuture());
  screen_.SetTyping("bob", true, now_);
  EXPECT_EQ(screen_.NextDeadline(), now_ + absl::Seconds(10));
  screen_.OnTimer(now_ + absl::Seconds(9));
  Written();
  screen_.OnTimer(now_ + absl::Seconds(10));
  EXPECT_EQ(Written(), "\r\x1B[K> ");
}

TEST_F(ChatScreenTest, NamesSeveralTypists) {
  for (const char* user : {"a", "b"}) screen_.SetTyping(user, true, now_);
  Written();
  screen_.SetTyping("c", true, now_);
  EXPECT_EQ(Written(), "\r\x1B[K[a, b, c are typing] > ");
  screen_.SetTyping("a", false, now_);
  EXPECT_EQ(Written(), "\r\x1B[K[b, c are typing] > ");
  width_ = 20;
  screen_.SetTyping("d", true, now_);
  EXPECT_EQ(Written(), "\r\x1B[K[3...] > ");
}

TEST_F(ChatScreenTest, ALongInputShowsItsEnd) {
  width_ = 12;
  Written();
  screen_.SetInput("0123456789abcdef");
  EXPECT_EQ(Written(), "\r\x1B[K> 789abcdef");
}

}  // namespace
}  // namespace chatter::client::cli
