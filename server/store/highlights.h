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

inline constexpr int kMaxHighlights = 100;

// The first kMaxHighlights of the ranges in bytes of `text` that `tokens` tell of, which
// search_messages.sql gives: the text's words in their order, as they stand there, with `+` before
// each that matches and `-` before the others. What touches is one range.
std::vector<v1::TextRange> FindHighlights(const std::vector<std::string>& tokens,
                                          std::string_view text);

}  // namespace chatter::store

#endif  // CHATTER_SERVER_STORE_HIGHLIGHTS_H_
