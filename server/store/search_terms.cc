#include "server/store/search_terms.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_replace.h"

namespace chatter::store {
namespace {

// Takes what goes before the first of `ends` from `rest`.
std::string_view TakeUntil(std::string_view ends, std::string_view& rest) {
  const size_t end = std::min(rest.find_first_of(ends), rest.size());
  const std::string_view taken = rest.substr(0, end);
  rest.remove_prefix(end);
  return taken;
}

bool TakeSign(char sign, std::string_view& rest) {
  if (!rest.starts_with(sign)) return false;
  rest.remove_prefix(1);
  return true;
}

bool IsOr(std::string_view word) {
  return absl::EqualsIgnoreCase(absl::string_view(word.data(), word.size()), "or");
}

// The other spaces of Unicode: Japanese keyboards type one, and pasted text has another.
std::string WithPlainBlanks(std::string_view text) {
  std::string plain(text);
  for (const char* const space :
       {"\u00a0", "\u1680", "\u2000", "\u2001", "\u2002", "\u2003", "\u2004", "\u2005", "\u2006",
        "\u2007", "\u2008", "\u2009", "\u200a", "\u2028", "\u2029", "\u202f", "\u205f", "\u3000"}) {
    absl::StrReplaceAll({{space, " "}}, &plain);
  }
  return plain;
}

}  // namespace

std::vector<SearchTerm> ParseSearchQuery(std::string_view text_of_query) {
  const std::string plain = WithPlainBlanks(text_of_query);
  std::string_view query = plain;
  std::vector<SearchTerm> terms;
  int16_t alternative = 0;
  while (!query.empty()) {
    if (TakeSign(' ', query)) continue;
    const bool excluded = TakeSign('-', query);
    const bool quoted = TakeSign('"', query);
    const std::string_view text = TakeUntil(quoted ? "\"" : " \"", query);
    if (quoted) TakeSign('"', query);
    if (!excluded && !quoted && IsOr(text)) {
      ++alternative;
    } else if (!text.empty()) {
      terms.push_back({.text = std::string(text),
                       .alternative = alternative,
                       .excluded = excluded,
                       .goes_on = query.empty() && !excluded && !quoted});
    }
  }
  return terms;
}

}  // namespace chatter::store
