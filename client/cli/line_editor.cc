#include "client/cli/line_editor.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "client/cli/text_boundaries.h"

namespace chatter::client::cli {
namespace {

using Kind = Key::Kind;

size_t CharacterBefore(std::string_view text, size_t position) {
  const std::vector<size_t> boundaries = CharacterBoundaries(text);
  const auto at = std::lower_bound(boundaries.begin(), boundaries.end(), position);
  return at == boundaries.begin() ? 0 : *std::prev(at);
}

size_t CharacterAfter(std::string_view text, size_t position) {
  const std::vector<size_t> boundaries = CharacterBoundaries(text);
  const auto after = std::upper_bound(boundaries.begin(), boundaries.end(), position);
  return after == boundaries.end() ? text.size() : *after;
}

// The beginning of the word before the position or around it.
size_t WordBefore(std::string_view text, size_t position) {
  size_t begin = 0;
  for (const Word& word : Words(text)) {
    if (word.begin < position) begin = word.begin;
  }
  return begin;
}

// The end of the word after the position or around it.
size_t WordAfter(std::string_view text, size_t position) {
  for (const Word& word : Words(text)) {
    if (word.end > position) return word.end;
  }
  return text.size();
}

}  // namespace

LineEditor::Result LineEditor::Press(const Key& key) {
  switch (key.kind) {
    case Kind::kText:
      return Insert(key.text);
    case Kind::kLeft:
    case Kind::kRight:
    case Kind::kWordLeft:
    case Kind::kWordRight:
    case Kind::kHome:
    case Kind::kEnd:
      return MoveTo(Target(key.kind));
    case Kind::kErase:
      return EraseTo(Target(Kind::kLeft));
    case Kind::kDelete:
      return EraseTo(Target(Kind::kRight));
    case Kind::kEraseWordLeft:
      return EraseTo(Target(Kind::kWordLeft));
    case Kind::kEraseWordRight:
      return EraseTo(Target(Kind::kWordRight));
    case Kind::kEraseToEnd:
      return EraseTo(text_.size());
    case Kind::kEraseLine:
      return Replace("");
    case Kind::kUp:
      return shown_ == 0 ? Result::kNothing : Recall(shown_ - 1);
    case Kind::kDown:
      return shown_ == history_.size() ? Result::kNothing : Recall(shown_ + 1);
    default:
      return Result::kNothing;
  }
}

std::string LineEditor::TakeLine() {
  std::string line = std::exchange(text_, {});
  if (!line.empty() && (history_.empty() || history_.back() != line)) history_.push_back(line);
  if (history_.size() > kMaxHistory) history_.pop_front();
  shown_ = history_.size();
  new_line_.clear();
  cursor_ = 0;
  return line;
}

size_t LineEditor::Target(Kind kind) const {
  switch (kind) {
    case Kind::kLeft:
      return CharacterBefore(text_, cursor_);
    case Kind::kRight:
      return CharacterAfter(text_, cursor_);
    case Kind::kWordLeft:
      return WordBefore(text_, cursor_);
    case Kind::kWordRight:
      return WordAfter(text_, cursor_);
    case Kind::kHome:
      return 0;
    default:
      return text_.size();
  }
}

LineEditor::Result LineEditor::Insert(std::string_view text) {
  if (text_.size() + text.size() > kMaxBytes) return Result::kFull;
  text_.insert(cursor_, text);
  return MoveTo(cursor_ + text.size());
}

LineEditor::Result LineEditor::MoveTo(size_t position) {
  cursor_ = position;
  return Result::kChanged;
}

LineEditor::Result LineEditor::EraseTo(size_t position) {
  const size_t begin = std::min(cursor_, position);
  text_.erase(begin, std::max(cursor_, position) - begin);
  return MoveTo(begin);
}

LineEditor::Result LineEditor::Recall(size_t index) {
  if (shown_ == history_.size()) new_line_ = text_;
  shown_ = index;
  return Replace(shown_ == history_.size() ? std::exchange(new_line_, {}) : history_[shown_]);
}

LineEditor::Result LineEditor::Replace(std::string text) {
  text_ = std::move(text);
  return MoveTo(text_.size());
}

}  // namespace chatter::client::cli
