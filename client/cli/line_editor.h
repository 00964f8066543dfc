// The text that is being written, and what was written before.
//
// Not thread-safe. Knows nothing of terminals but their keys. The cursor goes, and what is erased
// goes, by what people take for characters and words.
#ifndef CHATTER_CLIENT_CLI_LINE_EDITOR_H_
#define CHATTER_CLIENT_CLI_LINE_EDITOR_H_

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>

#include "client/cli/keys.h"

namespace chatter::client::cli {

class LineEditor {
 public:
  // The longest text that a message may have.
  static constexpr size_t kMaxBytes = 16'384;
  // How many lines Up finds again.
  static constexpr size_t kMaxHistory = 100;

  enum class Result {
    kNothing,
    kChanged,  // text() or cursor() has
    kFull,     // the text doesn't fit: nothing of it is taken
  };

  // Keys that don't edit do nothing.
  Result Press(const Key& key);

  const std::string& text() const { return text_; }
  // The cursor stands before this byte of text().
  size_t cursor() const { return cursor_; }

  // The line is empty afterwards.
  std::string TakeLine();

 private:
  // Where the cursor would stand after the key.
  size_t Target(Key::Kind kind) const;
  Result Insert(std::string_view text);
  Result MoveTo(size_t position);
  Result EraseTo(size_t position);
  // REQUIRES: index <= history_.size().
  Result Recall(size_t index);
  Result Replace(std::string text);

  std::string text_;
  size_t cursor_ = 0;
  std::deque<std::string> history_;  // oldest first
  size_t shown_ = 0;                 // which of them; history_.size(): a new line
  std::string new_line_;             // while another is shown
};

}  // namespace chatter::client::cli

#endif  // CHATTER_CLIENT_CLI_LINE_EDITOR_H_
