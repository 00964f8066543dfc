// What a piece of text consists of.
//
// Pure functions. The wire guarantees UTF-8 for the API's fields, but not for what is packed into
// page tokens, and PostgreSQL refuses anything else.
#ifndef CHATTER_SERVER_BASE_TEXT_H_
#define CHATTER_SERVER_BASE_TEXT_H_

#include <string_view>

namespace chatter {

bool IsUtf8(std::string_view text);

// Whether there is a control character of ASCII (NUL and DEL included) or of Latin-1 (U+0080 to
// U+009F). REQUIRES: IsUtf8(text).
bool HasControlCharacters(std::string_view text);

// Whether it shows nothing: white space, control and format characters, and what Unicode has made
// to be ignored, or nothing at all. REQUIRES: IsUtf8(text).
bool IsBlank(std::string_view text);

// Whether each of its characters shows something or is the blank of ASCII: no two texts of which
// this is true look the same by what can't be seen. REQUIRES: IsUtf8(text).
bool IsShown(std::string_view text);

}  // namespace chatter

#endif  // CHATTER_SERVER_BASE_TEXT_H_
