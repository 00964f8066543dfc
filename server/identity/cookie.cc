#include "server/identity/cookie.h"

#include <algorithm>

#include "absl/strings/ascii.h"

namespace chatter::identity {
namespace {

constexpr size_t kMaxNameBytes = 128;

bool IsNameByte(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
         std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

std::string_view Trim(std::string_view text) {
  const absl::string_view trimmed = absl::StripAsciiWhitespace({text.data(), text.size()});
  return {trimmed.data(), trimmed.size()};
}

// The byte that a backslash and three octal digits stand for; nullopt: `text` doesn't begin so.
std::optional<char> ReadOctal(std::string_view text) {
  const auto is_digit = [&](size_t place, char last) {
    return text[place] >= '0' && text[place] <= last;
  };
  if (text.size() < 4 || !is_digit(1, '3') || !is_digit(2, '7') || !is_digit(3, '7')) {
    return std::nullopt;
  }
  return static_cast<char>((text[1] - '0') * 64 + (text[2] - '0') * 8 + (text[3] - '0'));
}

// As Python's http.cookies does it: a value in double quotes may have \" and \054 in it.
std::string Unquote(std::string_view value) {
  if (value.size() < 2 || value.front() != '"' || value.back() != '"') return std::string(value);
  value = value.substr(1, value.size() - 2);
  std::string text;
  while (!value.empty()) {
    const bool is_escape = value.front() == '\\' && value.size() > 1;
    const std::optional<char> octal = is_escape ? ReadOctal(value) : std::nullopt;
    text.push_back(octal.value_or(value[is_escape ? 1 : 0]));
    value.remove_prefix(octal.has_value() ? 4 : is_escape ? 2 : 1);
  }
  return text;
}

// The cookie's last value in one header, as it is there; nullopt: it isn't there.
std::optional<std::string_view> LastValueOf(std::string_view name, std::string_view header) {
  std::optional<std::string_view> last;
  while (!header.empty()) {
    const size_t end = header.find(';');
    const std::string_view pair = header.substr(0, end);
    header.remove_prefix(end == std::string_view::npos ? header.size() : end + 1);
    const size_t equals = pair.find('=');
    if (equals == std::string_view::npos || Trim(pair.substr(0, equals)) != name) continue;
    last = Trim(pair.substr(equals + 1));
  }
  return last;
}

}  // namespace

bool IsCookieName(std::string_view name) {
  return !name.empty() && name.size() <= kMaxNameBytes &&
         std::all_of(name.begin(), name.end(), IsNameByte);
}

std::optional<std::string> FindCookie(const std::vector<std::string_view>& headers,
                                      std::string_view name) {
  std::optional<std::string_view> last;
  for (const std::string_view header : headers) {
    if (const auto value = LastValueOf(name, header); value.has_value()) last = value;
  }
  if (!last.has_value()) return std::nullopt;
  return Unquote(*last);
}

}  // namespace chatter::identity
