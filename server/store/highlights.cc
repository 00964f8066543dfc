#include "server/store/highlights.h"

#include <array>
#include <cstdint>

#include "absl/strings/escaping.h"
#include "absl/strings/string_view.h"
#include "server/base/crypto.h"

namespace chatter::store {
namespace {

std::string RandomMark() {
  std::array<char, 16> bytes;
  RandomBytes(bytes.data(), bytes.size());
  return absl::BytesToHexString({bytes.data(), bytes.size()});
}

// Moves what goes before the first `mark` from `rest` to the end of `plain`, and drops the mark.
// False: there is none.
bool TakeUntil(std::string_view mark, std::string_view& rest, std::string& plain) {
  const size_t at = rest.find(mark);
  if (at == std::string_view::npos) return false;
  plain.append(rest.substr(0, at));
  rest.remove_prefix(at + mark.size());
  return true;
}

}  // namespace

HighlightMarks HighlightMarks::Random() { return {RandomMark(), RandomMark()}; }

std::vector<v1::TextRange> FindHighlights(std::string_view marked, const HighlightMarks& marks,
                                          std::string_view text) {
  std::vector<v1::TextRange> ranges;
  std::string plain;
  while (TakeUntil(marks.begin, marked, plain)) {
    v1::TextRange range;
    range.set_begin(static_cast<int32_t>(plain.size()));
    if (!TakeUntil(marks.end, marked, plain)) return {};
    range.set_end(static_cast<int32_t>(plain.size()));
    if (ranges.size() < kMaxHighlights) ranges.push_back(range);
  }
  plain.append(marked);
  if (plain != text) ranges.clear();
  return ranges;
}

}  // namespace chatter::store
