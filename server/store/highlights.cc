#include "server/store/highlights.h"

#include <cstddef>
#include <cstdint>

namespace chatter::store {

std::vector<v1::TextRange> FindHighlights(const std::vector<std::string>& tokens,
                                          std::string_view text) {
  std::vector<v1::TextRange> ranges;
  size_t at = 0;
  for (const std::string& token : tokens) {
    const std::string_view word = std::string_view(token).substr(1);
    const size_t begin = text.find(word, at);
    if (begin == std::string_view::npos) break;  // not this text's
    at = begin + word.size();
    if (token.front() != '+') continue;
    const bool touches = !ranges.empty() && static_cast<size_t>(ranges.back().end()) == begin;
    if (!touches && ranges.size() == kMaxHighlights) break;
    if (!touches) ranges.emplace_back().set_begin(static_cast<int32_t>(begin));
    ranges.back().set_end(static_cast<int32_t>(at));
  }
  return ranges;
}

}  // namespace chatter::store
