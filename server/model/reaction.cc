#include "server/model/reaction.h"

#include <unicode/uchar.h>
#include <unicode/unistr.h>

namespace chatter {
namespace {

constexpr UChar32 kEmojiSelector = 0xfe0f;
constexpr UChar32 kKeycap = 0x20e3;

bool Has(UChar32 character, UProperty property) {
  return u_hasBinaryProperty(character, property) != 0;
}

bool IsAllEmoji(const icu::UnicodeString& text) {
  for (int32_t i = 0; i < text.length(); i = text.moveIndex32(i, 1)) {
    const UChar32 character = text.char32At(i);
    if (!Has(character, UCHAR_EMOJI) && !Has(character, UCHAR_EMOJI_COMPONENT)) return false;
  }
  return true;
}

// Whether a selector belongs between the two: where the character would be shown as text without.
// Digits are emoji on keycaps only.
bool NeedsSelector(UChar32 character, UChar32 next) {
  if (!Has(character, UCHAR_EMOJI) || Has(character, UCHAR_EMOJI_PRESENTATION)) return false;
  if (Has(character, UCHAR_EMOJI_COMPONENT)) return next == kKeycap;
  return !Has(next, UCHAR_EMOJI_MODIFIER);
}

}  // namespace

std::string NormalReaction(std::string_view reaction) {
  icu::UnicodeString text = icu::UnicodeString::fromUTF8(reaction);
  if (!IsAllEmoji(text)) return std::string(reaction);
  text.findAndReplace(icu::UnicodeString(kEmojiSelector), icu::UnicodeString());
  icu::UnicodeString normal;
  for (int32_t i = 0; i < text.length();) {
    const UChar32 character = text.char32At(i);
    i = text.moveIndex32(i, 1);
    normal.append(character);
    const UChar32 next = i < text.length() ? text.char32At(i) : 0;
    if (NeedsSelector(character, next)) normal.append(kEmojiSelector);
  }
  std::string bytes;
  return normal.toUTF8String(bytes);
}

}  // namespace chatter
