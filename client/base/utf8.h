// Reading UTF-8, code point by code point.
#ifndef CHATTER_CLIENT_BASE_UTF8_H_
#define CHATTER_CLIENT_BASE_UTF8_H_

#include <cstddef>
#include <string_view>

namespace chatter::client {

struct CodePoint {
  char32_t value = 0;
  size_t size = 0;     // how many bytes it takes; 1 where they aren't valid
  bool valid = false;  // as in RFC 3629: shortest form, no surrogates, up to U+10FFFF
};

// The first code point of `text`. REQUIRES: !text.empty().
CodePoint DecodeFirst(std::string_view text);

bool IsValidUtf8(std::string_view text);

// Whether there is a control character of ASCII (NUL and DEL included) or of Latin-1 (U+0080 to
// U+009F). REQUIRES: IsValidUtf8(text).
bool HasControlCharacters(std::string_view text);

}  // namespace chatter::client

#endif  // CHATTER_CLIENT_BASE_UTF8_H_
