#include "client/cli/line_editor.h"

#include <string_view>
#include <utility>

#include "client/base/utf8.h"

namespace chatter::client::cli {
namespace {

constexpr char Ctrl(char letter) { return static_cast<char>(letter & 0x1F); }
constexpr char kEscape = '\x1B';
constexpr char kDelete = '\x7F';

bool IsContinuation(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) == 0x80; }
// Whether the last character is complete.
bool EndsWhole(std::string_view text) {
  size_t begin = text.size() - 1;
  while (begin > 0 && IsContinuation(text[begin])) --begin;
  return IsValidUtf8(text.substr(begin));
}

bool IsControl(char byte) { return static_cast<unsigned char>(byte) < 0x20 || byte == kDelete; }

}  // namespace

LineEditor::Result LineEditor::Feed(char byte) {
  if (escape_ != Escape::kNone && byte != kEscape) {
    EndEscape(byte);
    return Result::kNothing;
  }
  return IsControl(byte) ? FeedControl(byte) : Append(byte);
}

std::string LineEditor::TakeLine() { return std::exchange(text_, {}); }

LineEditor::Result LineEditor::FeedControl(char byte) {
  switch (byte) {
    case '\r':
    case '\n':
      return Result::kSubmit;
    case Ctrl('C'):
      return Result::kQuit;
    case Ctrl('D'):
      return text_.empty() ? Result::kQuit : Result::kNothing;
    case Ctrl('U'):
      text_.clear();
      return Result::kChanged;
    case Ctrl('H'):
    case kDelete:
      return EraseCharacter();
    case kEscape:
      escape_ = Escape::kBegun;
      return Result::kNothing;
    default:
      return Result::kNothing;
  }
}

// Arrows and other keys that this editor has no use for.
void LineEditor::EndEscape(char byte) {
  if (escape_ == Escape::kBegun) {
    escape_ = byte == '[' || byte == 'O' ? Escape::kSequence : Escape::kNone;
  } else if (byte >= '@' && byte <= '~') {
    escape_ = Escape::kNone;
  }
}

LineEditor::Result LineEditor::Append(char byte) {
  if (text_.size() >= kMaxBytes) return Result::kNothing;
  text_ += byte;
  return EndsWhole(text_) ? Result::kChanged : Result::kNothing;
}

LineEditor::Result LineEditor::EraseCharacter() {
  while (!text_.empty()) {
    const char last = text_.back();
    text_.pop_back();
    if (!IsContinuation(last)) break;
  }
  return Result::kChanged;
}

}  // namespace chatter::client::cli
