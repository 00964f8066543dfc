#include "server/model/url.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "server/base/text.h"
#include "server/model/host.h"

namespace chatter {
namespace {

// Beyond it no port can be.
constexpr int kMaxPort = 65'535;

absl::string_view View(std::string_view text) { return {text.data(), text.size()}; }

// Without its scheme and what follows that; nothing: another scheme.
std::string_view AfterWebScheme(std::string_view url) {
  for (const std::string_view scheme : {"https://", "http://"}) {
    if (absl::StartsWithIgnoreCase(View(url), View(scheme))) return url.substr(scheme.size());
  }
  return {};
}

bool MayStand(unsigned char byte) {
  const bool ascii = byte < 0x80;
  return !ascii ||
         (absl::ascii_isgraph(byte) && byte != '"' && byte != '<' && byte != '>' && byte != '\\');
}

// RFC 3986's `reg-name`, but for the empty one.
bool IsAsciiName(std::string_view name) {
  for (size_t i = 0; i < name.size(); ++i) {
    const auto byte = static_cast<unsigned char>(name[i]);
    const std::string_view code = name.substr(i + 1, 2);
    const bool encoded = byte == '%' && code.size() == 2 &&
                         std::all_of(code.begin(), code.end(),
                                     [](unsigned char c) { return absl::ascii_isxdigit(c); });
    constexpr std::string_view kOthers = "-._~!$&'()*+,;=";
    if (!absl::ascii_isalnum(byte) && kOthers.find(name[i]) == std::string_view::npos && !encoded) {
      return false;
    }
  }
  return !name.empty();
}

bool IsPort(std::string_view text) {
  int port = 0;
  return text.empty() || (absl::ascii_isdigit(static_cast<unsigned char>(text.front())) &&
                          absl::SimpleAtoi(View(text), &port) && port <= kMaxPort);
}

bool IsHostAndPort(std::string_view text) {
  if (text.starts_with('[')) return NormalizeHost(text).has_value();
  const size_t colon = std::min(text.find(':'), text.size());
  const std::string_view name = text.substr(0, colon);
  if (colon < text.size() && !IsPort(text.substr(colon + 1))) return false;
  return IsAsciiName(name) || (!name.empty() && NormalizeDomain(name).has_value());
}

}  // namespace

bool IsWebUrl(std::string_view url) {
  const std::string_view rest = AfterWebScheme(url);
  std::string_view authority = rest.substr(0, rest.find_first_of("/?#"));
  if (const size_t at = authority.rfind('@'); at != std::string_view::npos) {
    authority.remove_prefix(at + 1);
  }
  return std::all_of(url.begin(), url.end(), MayStand) && IsUtf8(url) && IsShown(url) &&
         IsHostAndPort(authority);
}

}  // namespace chatter
