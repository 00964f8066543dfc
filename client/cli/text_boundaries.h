// Where a text may be cut, by the rules of Unicode (UAX 29), as ICU knows them.
//
// Thread-safe. Positions are in bytes of UTF-8. Aborts where ICU's data are missing.
#ifndef CHATTER_CLIENT_CLI_TEXT_BOUNDARIES_H_
#define CHATTER_CLIENT_CLI_TEXT_BOUNDARIES_H_

#include <cstddef>
#include <string_view>
#include <vector>

namespace chatter::client::cli {

// The beginnings of what people take for characters (grapheme clusters: a letter with its accents,
// a flag, a family), and the end of the text. {0} for an empty one.
std::vector<size_t> CharacterBoundaries(std::string_view text);

struct Word {
  size_t begin;
  size_t end;

  bool operator==(const Word&) const = default;
};

// Without what is between them.
std::vector<Word> Words(std::string_view text);

}  // namespace chatter::client::cli

#endif  // CHATTER_CLIENT_CLI_TEXT_BOUNDARIES_H_
