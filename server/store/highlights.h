// Where in a text the matches of a search are.
//
// Pure functions, thread-safe.
#ifndef CHATTER_SERVER_STORE_HIGHLIGHTS_H_
#define CHATTER_SERVER_STORE_HIGHLIGHTS_H_

#include <string>
#include <string_view>
#include <vector>

#include "chatter/v1/search.pb.h"

namespace chatter::store {

// What stands before and behind each match in the text that PostgreSQL gives back.
struct HighlightMarks {
  std::string begin;
  std::string end;

  // Which no text holds, other than by a chance of one in 2^128.
  static HighlightMarks Random();
};

inline constexpr int kMaxHighlights = 100;

// The first kMaxHighlights of the ranges in bytes of `text` that are marked in `marked`; none if
// that isn't `text` with marks in it.
std::vector<v1::TextRange> FindHighlights(std::string_view marked, const HighlightMarks& marks,
                                          std::string_view text);

}  // namespace chatter::store

#endif  // CHATTER_SERVER_STORE_HIGHLIGHTS_H_
