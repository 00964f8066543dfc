// Text of other people, made fit for a terminal.
//
// Thread-safe. Widths follow the process's LC_CTYPE, which main() sets to UTF-8.
#ifndef CHATTER_CLIENT_CLI_TERMINAL_TEXT_H_
#define CHATTER_CLIENT_CLI_TERMINAL_TEXT_H_

#include <cstddef>
#include <string>
#include <string_view>

namespace chatter::client::cli {

// One line without anything that a terminal might obey: control characters become their pictures
// (a line feed U+240A), what isn't UTF-8 and what turns the direction of writing becomes U+FFFD.
std::string Sanitize(std::string_view text);

// The most columns that a sanitised text takes. A sequence of emoji that a terminal shows as one is
// counted as its parts: terminals differ.
size_t DisplayWidth(std::string_view text);

// The longest end (beginning) of a sanitised text that takes at most `width` columns. No character
// is cut, as people see them.
std::string_view SuffixThatFits(std::string_view text, size_t width);
std::string_view PrefixThatFits(std::string_view text, size_t width);
// Any text, sanitised, with an ellipsis where it had to be cut. REQUIRES: width > 0.
std::string Shorten(std::string_view text, size_t width);

}  // namespace chatter::client::cli

#endif  // CHATTER_CLIENT_CLI_TERMINAL_TEXT_H_
