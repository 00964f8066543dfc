// What people type into a search, taken apart.
//
// Pure functions, thread-safe. What a word is, and which of them count, PostgreSQL knows.
#ifndef CHATTER_SERVER_STORE_SEARCH_TERMS_H_
#define CHATTER_SERVER_STORE_SEARCH_TERMS_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace chatter::store {

// A word or, as it was in quotes or has signs in it, a phrase.
struct SearchTerm {
  std::string text;
  int16_t alternative = 0;  // all of one alternative must hold, and one alternative at least
  bool excluded = false;    // it must not be there
  bool goes_on = false;     // its last word may be the beginning of one
};

// Every text is a query: blanks lie between terms, `or` (in any case) between alternatives, `-`
// before what must not be there, and quotes around phrases, of which the last may lack its end. The
// last term goes on, as it may still be being typed, unless it is excluded or in quotes.
std::vector<SearchTerm> ParseSearchQuery(std::string_view query);

}  // namespace chatter::store

#endif  // CHATTER_SERVER_STORE_SEARCH_TERMS_H_
