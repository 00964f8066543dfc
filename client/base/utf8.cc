#include "client/base/utf8.h"

namespace chatter::client {
namespace {

// How many bytes follow a first byte; -1: it can't be a first byte.
int ContinuationCount(unsigned char first) {
  if (first < 0x80) return 0;
  if (first < 0xC2) return -1;
  if (first < 0xE0) return 1;
  if (first < 0xF0) return 2;
  if (first < 0xF5) return 3;
  return -1;
}

bool IsAllowed(char32_t value, int continuation_count) {
  if (continuation_count == 2) return value >= 0x800 && (value < 0xD800 || value > 0xDFFF);
  if (continuation_count == 3) return value >= 0x10000 && value <= 0x10FFFF;
  return true;
}

}  // namespace

CodePoint DecodeFirst(std::string_view text) {
  const auto first = static_cast<unsigned char>(text[0]);
  const int count = ContinuationCount(first);
  const CodePoint invalid{first, 1, false};
  if (count < 0 || text.size() < static_cast<size_t>(count) + 1) return invalid;
  if (count == 0) return {first, 1, true};
  char32_t value = first & (0x3Fu >> count);
  for (size_t i = 1; i <= static_cast<size_t>(count); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if ((byte & 0xC0) != 0x80) return invalid;
    value = (value << 6) | (byte & 0x3Fu);
  }
  if (!IsAllowed(value, count)) return invalid;
  return {value, static_cast<size_t>(count) + 1, true};
}

bool IsValidUtf8(std::string_view text) {
  while (!text.empty()) {
    const CodePoint point = DecodeFirst(text);
    if (!point.valid) return false;
    text.remove_prefix(point.size);
  }
  return true;
}

bool HasControlCharacters(std::string_view text) {
  while (!text.empty()) {
    const CodePoint point = DecodeFirst(text);
    if (point.value < 0x20 || (point.value >= 0x7F && point.value < 0xA0)) return true;
    text.remove_prefix(point.size);
  }
  return false;
}

}  // namespace chatter::client
