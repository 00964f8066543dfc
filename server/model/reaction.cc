#include "server/model/reaction.h"

#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include "server/base/text.h"

namespace chatter {
namespace {

constexpr UChar32 kNone = 0;
constexpr UChar32 kNonJoiner = 0x200c;
constexpr UChar32 kJoiner = 0x200d;
constexpr UChar32 kKeycap = 0x20e3;
constexpr UChar32 kTextSelector = 0xfe0e;
constexpr UChar32 kEmojiSelector = 0xfe0f;
constexpr UChar32 kBlackFlag = 0x1f3f4;
constexpr UChar32 kFirstTag = 0xe0020;
constexpr UChar32 kLastTag = 0xe007f;

bool Has(UChar32 character, UProperty property) {
  return u_hasBinaryProperty(character, property) != 0;
}

bool IsPicture(UChar32 character) { return Has(character, UCHAR_EXTENDED_PICTOGRAPHIC); }

bool IsTag(UChar32 character) { return character >= kFirstTag && character <= kLastTag; }

// Letters that join, and marks behind letters, some of which kill a vowel.
bool Joins(UChar32 character) {
  return u_charType(character) != U_ENCLOSING_MARK &&
         u_getIntPropertyValue(character, UCHAR_JOINING_TYPE) != U_JT_NON_JOINING;
}

bool IsIgnorable(UChar32 character) { return Has(character, UCHAR_DEFAULT_IGNORABLE_CODE_POINT); }

// Whether it takes up room, and shows nothing there. Control characters are no reaction's.
bool IsBlankAt(const icu::UnicodeString& text, int32_t place) {
  const UChar32 character = text.char32At(place);
  if (IsIgnorable(character) || u_charType(character) == U_CONTROL_CHAR) return false;
  std::string bytes;
  return IsBlank(icu::UnicodeString(character).toUTF8String(bytes));
}

// Where something that shows nothing stands.
struct Place {
  UChar32 base;    // the last character before it that shows something, but for the tones of skin
  UChar32 before;  // what stands right before it, of what is kept
  const icu::UnicodeString& rest;  // what follows it

  UChar32 after() const { return rest.isEmpty() ? kNone : rest.char32At(0); }
};

// Whether the tags that begin with `tag`, and go on behind it, are a whole run.
bool IsWholeRun(UChar32 tag, const icu::UnicodeString& rest) {
  for (int32_t i = 0; i < rest.length() && IsTag(rest.char32At(i)); i = rest.moveIndex32(i, 1)) {
    tag = rest.char32At(i);
  }
  return tag == kLastTag;
}

// Whether the character, which shows nothing by itself, may change how others look.
bool MayMatter(UChar32 character, const Place& place) {
  if (character == kJoiner && IsPicture(place.base)) return IsPicture(place.after());
  if (character == kJoiner || character == kNonJoiner) {
    return Joins(place.before) && u_isalpha(place.after()) != 0;
  }
  if (IsTag(character)) {
    const bool begins = place.before == kBlackFlag && character != kLastTag;
    return (begins || IsTag(place.before)) && IsWholeRun(character, place.rest);
  }
  if (!Has(character, UCHAR_VARIATION_SELECTOR) || place.before != place.base) return false;
  if (character == kTextSelector || character == kEmojiSelector) {
    return Has(place.base, UCHAR_EMOJI);
  }
  return Has(place.base, UCHAR_IDEOGRAPHIC) || Joins(place.base);
}

// Without what can't be seen: neither by itself nor by what it makes of others.
icu::UnicodeString Visible(const icu::UnicodeString& text) {
  icu::UnicodeString kept;
  UChar32 base = kNone;
  for (int32_t i = 0; i < text.length();) {
    const UChar32 character = text.char32At(i);
    i = text.moveIndex32(i, 1);
    if (!IsIgnorable(character)) {
      if (!Has(character, UCHAR_EMOJI_MODIFIER)) base = character;
    } else {
      const UChar32 before = kept.isEmpty() ? kNone : kept.char32At(kept.length() - 1);
      if (!MayMatter(character, {base, before, text.tempSubString(i)})) continue;
    }
    kept.append(character);
  }
  while (!kept.isEmpty() && IsBlankAt(kept, 0)) kept.remove(0, kept.moveIndex32(0, 1));
  while (!kept.isEmpty() && IsBlankAt(kept, kept.length() - 1)) {
    kept.truncate(kept.moveIndex32(kept.length(), -1));
  }
  return kept;
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

icu::UnicodeString WithSelectors(const icu::UnicodeString& emoji) {
  icu::UnicodeString bare = emoji;
  bare.findAndReplace(icu::UnicodeString(kEmojiSelector), icu::UnicodeString());
  icu::UnicodeString normal;
  for (int32_t i = 0; i < bare.length();) {
    const UChar32 character = bare.char32At(i);
    i = bare.moveIndex32(i, 1);
    normal.append(character);
    const UChar32 next = i < bare.length() ? bare.char32At(i) : kNone;
    if (NeedsSelector(character, next)) normal.append(kEmojiSelector);
  }
  return normal;
}

}  // namespace

std::string NormalReaction(std::string_view reaction) {
  const icu::UnicodeString text = Visible(icu::UnicodeString::fromUTF8(reaction));
  std::string bytes;
  return (IsAllEmoji(text) ? WithSelectors(text) : text).toUTF8String(bytes);
}

}  // namespace chatter
