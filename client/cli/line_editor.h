// A line of input, key by key.
//
// Not thread-safe. Knows nothing of terminals but the bytes they send.
#ifndef CHATTER_CLIENT_CLI_LINE_EDITOR_H_
#define CHATTER_CLIENT_CLI_LINE_EDITOR_H_

#include <cstddef>
#include <string>

namespace chatter::client::cli {

class LineEditor {
 public:
  // The longest text that a message may have.
  static constexpr size_t kMaxBytes = 16'384;

  enum class Result {
    kNothing,  // nothing to be seen happened (say, half a character has come)
    kChanged,  // text() has
    kSubmit,   // Enter: TakeLine() has the line
    kQuit,     // Ctrl-C, or Ctrl-D on an empty line
  };

  Result Feed(char byte);

  const std::string& text() const { return text_; }
  std::string TakeLine();

 private:
  enum class Escape {
    kNone,
    kBegun,     // ESC
    kSequence,  // ESC [ or ESC O: ends with a letter or ~
  };

  Result FeedControl(char byte);
  void EndEscape(char byte);
  Result Append(char byte);
  Result EraseCharacter();

  std::string text_;
  Escape escape_ = Escape::kNone;
};

}  // namespace chatter::client::cli

#endif  // CHATTER_CLIENT_CLI_LINE_EDITOR_H_
