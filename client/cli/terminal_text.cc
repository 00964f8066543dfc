#include "client/cli/terminal_text.h"

#include <cwchar>

#include "absl/strings/str_cat.h"
#include "client/base/utf8.h"
#include "client/cli/text_boundaries.h"

namespace chatter::client::cli {
namespace {

constexpr std::string_view kReplacement = "\uFFFD";

// Marks that reorder what is around them, so that a text could pass for another.
bool TurnsDirection(char32_t value) {
  return value == 0x061C || value == 0x200E || value == 0x200F ||
         (value >= 0x202A && value <= 0x202E) || (value >= 0x2066 && value <= 0x2069);
}

bool BreaksLines(char32_t value) { return value == 0x2028 || value == 0x2029; }

// U+2400 and following: the pictures of the control characters.
std::string ControlPicture(char32_t value) {
  const char32_t offset = value == 0x7F ? 0x21 : value;
  return {'\xE2', '\x90', static_cast<char>(0x80 + offset)};
}

constexpr char32_t kAsEmoji = 0xFE0F;  // makes what is before it an emoji, which is two wide

size_t Width(char32_t value) {
  if (value == kAsEmoji) return 1;
  const int width = wcwidth(static_cast<wchar_t>(value));
  return width < 0 ? 1 : static_cast<size_t>(width);
}

}  // namespace

std::string Sanitize(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  while (!text.empty()) {
    const CodePoint point = DecodeFirst(text);
    const bool is_c1 = point.value >= 0x80 && point.value < 0xA0;
    if (!point.valid || is_c1 || TurnsDirection(point.value) || BreaksLines(point.value)) {
      result += kReplacement;
    } else if (point.value < 0x20 || point.value == 0x7F) {
      result += ControlPicture(point.value);
    } else {
      result += text.substr(0, point.size);
    }
    text.remove_prefix(point.size);
  }
  return result;
}

size_t DisplayWidth(std::string_view text) {
  size_t width = 0;
  while (!text.empty()) {
    const CodePoint point = DecodeFirst(text);
    width += Width(point.value);
    text.remove_prefix(point.size);
  }
  return width;
}

std::string_view SuffixThatFits(std::string_view text, size_t width) {
  size_t excess = DisplayWidth(text);
  size_t begin = 0;
  for (const size_t end : CharacterBoundaries(text)) {
    excess -= DisplayWidth(text.substr(begin, end - begin));
    begin = end;
    if (excess <= width) break;
  }
  return text.substr(begin);
}

std::string_view PrefixThatFits(std::string_view text, size_t width) {
  size_t used = 0;
  size_t size = 0;
  for (const size_t end : CharacterBoundaries(text)) {
    used += DisplayWidth(text.substr(size, end - size));
    if (used > width) break;
    size = end;
  }
  return text.substr(0, size);
}

std::string Shorten(std::string_view text, size_t width) {
  std::string shown = Sanitize(text);
  if (DisplayWidth(shown) <= width) return shown;
  return absl::StrCat(std::string(PrefixThatFits(shown, width - 1)), "…");
}

}  // namespace chatter::client::cli
