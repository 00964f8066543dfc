// A sequence number as an argument: decimal digits, and nothing else.
#ifndef CHATTER_CLIENT_CLI_SEQUENCE_NUMBER_H_
#define CHATTER_CLIENT_CLI_SEQUENCE_NUMBER_H_

#include <CLI/CLI.hpp>
#include <algorithm>
#include <string>
#include <string_view>

#include "absl/strings/ascii.h"

namespace chatter::client::cli {

inline bool IsSequenceNumber(std::string_view text) {
  constexpr size_t kMaxDigits = 19;  // of 2^63 - 1
  return !text.empty() && text.size() <= kMaxDigits && (text == "0" || text[0] != '0') &&
         std::all_of(text.begin(), text.end(), absl::ascii_isdigit);
}

// A check for options. CLI11 by itself takes 010 for 8, and -1 for the largest number.
inline CLI::Validator SequenceNumber() {
  return {[](const std::string& text) {
            return IsSequenceNumber(text)
                       ? std::string()
                       : "takes a sequence number in decimal digits, not " + text;
          },
          ""};
}

}  // namespace chatter::client::cli

#endif  // CHATTER_CLIENT_CLI_SEQUENCE_NUMBER_H_
