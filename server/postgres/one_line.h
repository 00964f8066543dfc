// libpq's messages, which have several lines, for a log.
#ifndef CHATTER_SERVER_POSTGRES_ONE_LINE_H_
#define CHATTER_SERVER_POSTGRES_ONE_LINE_H_

#include <string>
#include <string_view>

#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

namespace chatter::postgres {

inline std::string OneLine(std::string_view text) {
  return absl::StrJoin(
      absl::StrSplit(std::string(text), absl::ByAnyChar("\r\n\t"), absl::SkipWhitespace()), " ");
}

}  // namespace chatter::postgres

#endif  // CHATTER_SERVER_POSTGRES_ONE_LINE_H_
