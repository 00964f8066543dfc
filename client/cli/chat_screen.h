// What the interactive chat looks like: messages above, what waits to be stored below them, who is
// typing and the input line at the bottom.
//
// Not thread-safe. Everything that is shown is made fit for a terminal here. How wide a sequence of
// emoji is, each terminal decides for itself: so the cursor is never moved by a count of columns,
// and each row is kept shorter than any terminal takes it to be.
#ifndef CHATTER_CLIENT_CLI_CHAT_SCREEN_H_
#define CHATTER_CLIENT_CLI_CHAT_SCREEN_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

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

  // A line that stays, above the others.
  void Print(std::string_view line);

  // The cursor stands before byte `cursor` of `text`.
  void SetInput(std::string_view text, size_t cursor);

  // What has been sent and isn't answered, oldest first.
  using Waiting = std::map<uint64_t, std::string>;
  // Shows the newest of them. `connected`: they are on their way.
  void SetWaiting(const Waiting& texts, bool connected);

  // Forgotten by itself after 10 seconds.
  void SetTyping(const std::string& user_id, bool active, SteadyTime now);
  // REQUIRES: called when NextDeadline() has come.
  void OnTimer(SteadyTime now);
  SteadyTime NextDeadline() const;

  // What was drawn last isn't where it was: the terminal has another size, or others wrote to it.
  void DrawAnew();

  // Leaves all but the printed lines for good.
  void Finish();

 private:
  // A row may take one column less than the terminal has: none ever wraps.
  size_t MaxWidth() const;
  // Moves to where what was drawn last begins, and takes it away.
  std::string Clear() const;
  // `printed`: lines that stay, each with its end.
  void Draw(std::string_view printed = {});
  std::string InputRow(size_t width) const;
  std::string Prompt(size_t max_width) const;

  const Terminal terminal_;
  std::string before_cursor_;
  std::string after_cursor_;
  std::vector<std::string> waiting_;  // the newest
  size_t waiting_before_ = 0;         // how many more there are
  bool connected_ = true;
  size_t rows_above_ = 0;  // how many the input line has above it that were drawn with it
  std::map<std::string, SteadyTime> typing_;  // until when, by user id
};

}  // namespace chatter::client::cli

#endif  // CHATTER_CLIENT_CLI_CHAT_SCREEN_H_
