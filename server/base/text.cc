#include "server/base/text.h"

#include <unicode/uchar.h>

#include <cstddef>
#include <cstdint>

namespace chatter {
namespace {

uint8_t ByteAt(std::string_view text, size_t i) { return static_cast<uint8_t>(text[i]); }

// How the sequence that `lead` begins goes on; `length` 0: it begins none. The bounds of the second
// byte rule out overlong forms, surrogates and what lies beyond U+10FFFF.
struct Sequence {
  size_t length;
  uint8_t second_min = 0x80;
  uint8_t second_max = 0xbf;
};

Sequence SequenceOf(uint8_t lead) {
  if (lead < 0x80) return {1};
  if (lead < 0xc2) return {0};
  if (lead < 0xe0) return {2};
  if (lead == 0xe0) return {3, 0xa0, 0xbf};
  if (lead == 0xed) return {3, 0x80, 0x9f};
  if (lead < 0xf0) return {3};
  if (lead == 0xf0) return {4, 0x90, 0xbf};
  if (lead < 0xf4) return {4};
  if (lead == 0xf4) return {4, 0x80, 0x8f};
  return {0};
}

bool Continues(std::string_view text, size_t begin, const Sequence& sequence) {
  for (size_t i = 1; i < sequence.length; ++i) {
    const uint8_t byte = ByteAt(text, begin + i);
    const uint8_t min = i == 1 ? sequence.second_min : 0x80;
    const uint8_t max = i == 1 ? sequence.second_max : 0xbf;
    if (byte < min || byte > max) return false;
  }
  return true;
}

// REQUIRES: what is between them is the sequence of one character.
UChar32 CharacterAt(std::string_view text, size_t begin, size_t end) {
  const size_t length = end - begin;
  UChar32 character = length == 1 ? ByteAt(text, begin) : ByteAt(text, begin) & (0x7f >> length);
  for (size_t i = begin + 1; i < end; ++i) character = character << 6 | (ByteAt(text, i) & 0x3f);
  return character;
}

// The blank of Braille, a note without a head, the blank of hieroglyphs: Unicode counts them among
// the symbols and letters, and they show nothing.
bool IsEmptySign(UChar32 character) {
  return character == 0x2800 || character == 0x1d159 || character == 0x13441 ||
         character == 0x13442;
}

bool IsVisible(UChar32 character) {
  const int8_t type = u_charType(character);
  return !IsEmptySign(character) && type != U_CONTROL_CHAR && type != U_FORMAT_CHAR &&
         !u_isUWhiteSpace(character) &&
         !u_hasBinaryProperty(character, UCHAR_DEFAULT_IGNORABLE_CODE_POINT);
}

}  // namespace

bool IsUtf8(std::string_view text) {
  for (size_t i = 0; i < text.size();) {
    const Sequence sequence = SequenceOf(ByteAt(text, i));
    if (sequence.length == 0 || sequence.length > text.size() - i) return false;
    if (!Continues(text, i, sequence)) return false;
    i += sequence.length;
  }
  return true;
}

bool HasControlCharacters(std::string_view text) {
  for (size_t i = 0; i < text.size(); ++i) {
    const uint8_t byte = ByteAt(text, i);
    if (byte < 0x20 || byte == 0x7f) return true;
    if (byte == 0xc2 && i + 1 < text.size() && ByteAt(text, i + 1) < 0xa0) return true;
  }
  return false;
}

bool IsBlank(std::string_view text) {
  for (size_t i = 0; i < text.size();) {
    const size_t end = i + SequenceOf(ByteAt(text, i)).length;
    if (IsVisible(CharacterAt(text, i, end))) return false;
    i = end;
  }
  return true;
}

bool IsShown(std::string_view text) {
  for (size_t i = 0; i < text.size();) {
    const size_t end = i + SequenceOf(ByteAt(text, i)).length;
    if (text[i] != ' ' && !IsVisible(CharacterAt(text, i, end))) return false;
    i = end;
  }
  return true;
}

}  // namespace chatter
