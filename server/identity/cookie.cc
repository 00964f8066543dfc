#include "server/identity/cookie.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "server/identity/authenticator.h"

namespace chatter::identity {
namespace {

constexpr size_t kMaxNameBytes = 128;

// RFC 6265's cookie-octet.
bool IsValueByte(char c) {
  return c > ' ' && c < '\x7f' && c != '"' && c != ',' && c != ';' && c != '\\';
}

bool IsNameByte(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
         std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

std::string_view Trim(std::string_view text) {
  constexpr std::string_view kBlanks = " \t";
  const size_t begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

std::string_view WithoutQuotes(std::string_view value) {
  if (value.size() >= 2 && value.front() == '"' && value.back() == '"') {
    return value.substr(1, value.size() - 2);
  }
  return value;
}

bool IsValue(std::string_view value) {
  return !value.empty() && value.size() <= kMaxCookieBytes &&
         std::all_of(value.begin(), value.end(), IsValueByte);
}

// The values of the cookie in one header, unchecked.
std::vector<std::string_view> ValuesOf(std::string_view name, std::string_view header) {
  std::vector<std::string_view> values;
  while (!header.empty()) {
    const size_t end = header.find(';');
    const std::string_view pair = header.substr(0, end);
    header.remove_prefix(end == std::string_view::npos ? header.size() : end + 1);
    const size_t equals = pair.find('=');
    if (equals == std::string_view::npos || Trim(pair.substr(0, equals)) != name) continue;
    values.push_back(WithoutQuotes(Trim(pair.substr(equals + 1))));
  }
  return values;
}

}  // namespace

bool IsCookieName(std::string_view name) {
  return !name.empty() && name.size() <= kMaxNameBytes &&
         std::all_of(name.begin(), name.end(), IsNameByte);
}

absl::StatusOr<std::optional<std::string>> FindCookie(const std::vector<std::string_view>& headers,
                                                      std::string_view name) {
  std::optional<std::string> found;
  for (const std::string_view header : headers) {
    for (const std::string_view value : ValuesOf(name, header)) {
      if (!IsValue(value)) return CredentialInvalidError();
      if (found.has_value() && *found != value) return CredentialInvalidError();
      found = std::string(value);
    }
  }
  return found;
}

}  // namespace chatter::identity
