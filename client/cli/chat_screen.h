// What the interactive chat looks like: messages above, who is typing and the input line below.
//
// Not thread-safe. Everything that is shown is made fit for a terminal here.
#ifndef CHATTER_CLIENT_CLI_CHAT_SCREEN_H_
#define CHATTER_CLIENT_CLI_CHAT_SCREEN_H_

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "common/steady_time.h"

namespace chatter::client::cli {

class ChatScreen {
 public:
  struct Terminal {
    std::function<void(std::string_view)> write;
    std::function<size_t()> width;  // in columns
  };

  explicit ChatScreen(Terminal terminal);

  // A line that stays, above the input line.
  void Print(std::string_view line);

  void SetInput(const std::string& text);

  // Forgotten by itself after 10 seconds.
  void SetTyping(const std::string& user_id, bool active, SteadyTime now);
  // REQUIRES: called when NextDeadline() has come.
  void OnTimer(SteadyTime now);
  SteadyTime NextDeadline() const;

  // Leaves the input line for good.
  void Finish();

 private:
  std::string Prompt(size_t max_width) const;
  void DrawInput() const;

  const Terminal terminal_;
  std::string input_;
  std::map<std::string, SteadyTime> typing_;  // until when, by user id
};

}  // namespace chatter::client::cli

#endif  // CHATTER_CLIENT_CLI_CHAT_SCREEN_H_
