#include "server/identity/python_json.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "server/identity/json_object.h"

namespace chatter::identity {
namespace {

bool IsDigit(char c) { return absl::ascii_isdigit(static_cast<unsigned char>(c)); }

// What numbers and names such as `null` are made of.
bool IsAtomByte(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '+' || c == '-' || c == '.';
}

// The string in double quotes with which `text` begins; all of `text` if it doesn't end.
size_t StringSize(std::string_view text) {
  size_t end = 1;
  while (end < text.size() && text[end] != '"') end += text[end] == '\\' ? 2 : 1;
  return std::min(end + 1, text.size());
}

size_t AtomSize(std::string_view text) {
  return static_cast<size_t>(std::find_if_not(text.begin(), text.end(), IsAtomByte) - text.begin());
}

size_t TokenSize(std::string_view text) {
  if (text.front() == '"') return StringSize(text);
  return std::max<size_t>(AtomSize(text), 1);
}

// Whether Python reads this as a number, and nlohmann's parser doesn't.
bool IsPythonsNumber(std::string_view token) {
  if (token == "NaN" || token == "Infinity" || token == "-Infinity") return true;
  double value = 0;
  return (IsDigit(token.front()) || token.front() == '-') && IsDigit(token.back()) &&
         absl::SimpleAtod({token.data(), token.size()}, &value) && std::isinf(value);
}

std::string ReplacePythonsNumbers(std::string_view text) {
  std::string replaced;
  replaced.reserve(text.size());
  while (!text.empty()) {
    const std::string_view token = text.substr(0, TokenSize(text));
    replaced += IsPythonsNumber(token) ? "null" : token;
    text.remove_prefix(token.size());
  }
  return replaced;
}

}  // namespace

std::optional<nlohmann::json> ParsePythonObject(std::string_view text) {
  auto value = nlohmann::json::parse(MendSurrogates(ReplacePythonsNumbers(text)), nullptr,
                                     /*allow_exceptions=*/false);
  if (!value.is_object()) return std::nullopt;
  return value;
}

}  // namespace chatter::identity
