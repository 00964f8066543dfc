#include "server/model/host.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <unicode/uidna.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/string_view.h"

namespace chatter {
namespace {

constexpr std::string_view kWww = "www.";
// How the ASCII form of a label with other letters begins.
constexpr absl::string_view kAceMark = "xn--";
// Each byte of a name may arrive in per cent: three for one.
constexpr size_t kMaxEncodedBytes = 3 * kMaxHostBytes;

bool IsHostByte(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return absl::ascii_islower(byte) || absl::ascii_isdigit(byte) || c == '-' || c == '.';
}

bool IsAscii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return (c & 0x80) == 0; });
}

// Nothing, or a colon and up to five digits.
bool IsPortSuffix(std::string_view text) {
  if (text.empty()) return true;
  if (text.size() < 2 || text.size() > 6 || text.front() != ':') return false;
  return std::all_of(text.begin() + 1, text.end(),
                     [](char c) { return absl::ascii_isdigit(static_cast<unsigned char>(c)); });
}

std::string ToLower(std::string_view text) {
  std::string lower(text);
  absl::AsciiStrToLower(&lower);
  return lower;
}

std::optional<std::string> NormalizeAddress(std::string_view host) {
  const size_t end = host.find(']');
  if (end == std::string_view::npos || !IsPortSuffix(host.substr(end + 1))) return std::nullopt;
  const std::string inside(host.substr(1, end - 1));
  // inet_pton would take what stands before a NUL.
  if (inside.find('\0') != std::string::npos) return std::nullopt;
  in6_addr address;
  std::array<char, INET6_ADDRSTRLEN> text;
  if (inet_pton(AF_INET6, inside.c_str(), &address) != 1 ||
      inet_ntop(AF_INET6, &address, text.data(), text.size()) == nullptr) {
    return std::nullopt;
  }
  return "[" + std::string(text.data()) + "]";
}

int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

// Only bytes beyond ASCII: no other byte of a host name needs it, so who hides one means no good.
std::optional<std::string> DecodePercent(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out.push_back(text[i]);
      continue;
    }
    if (i + 2 >= text.size()) return std::nullopt;
    const int high = HexValue(text[i + 1]);
    const int low = HexValue(text[i + 2]);
    if (high < 8 || low < 0) return std::nullopt;
    out.push_back(static_cast<char>(high << 4 | low));
    i += 2;
  }
  return out;
}

const UIDNA* Idna() {
  static const UIDNA* const idna = [] {
    UErrorCode error = U_ZERO_ERROR;
    const UIDNA* made =
        uidna_openUTS46(UIDNA_USE_STD3_RULES | UIDNA_CHECK_BIDI | UIDNA_CHECK_CONTEXTJ |
                            UIDNA_NONTRANSITIONAL_TO_ASCII | UIDNA_NONTRANSITIONAL_TO_UNICODE,
                        &error);
    if (U_FAILURE(error)) std::abort();  // out of memory
    return made;
  }();
  return idna;
}

using Conversion = int32_t (*)(const UIDNA*, const char*, int32_t, char*, int32_t, UIDNAInfo*,
                               UErrorCode*);

std::optional<std::string> Convert(Conversion conversion, std::string_view name) {
  // In UTF-8 a name of 253 bytes of ASCII takes less than four for each.
  std::array<char, 4 * kMaxHostBytes> out;
  UErrorCode error = U_ZERO_ERROR;
  UIDNAInfo info = UIDNA_INFO_INITIALIZER;
  const int32_t size = conversion(Idna(), name.data(), static_cast<int32_t>(name.size()),
                                  out.data(), static_cast<int32_t>(out.size()), &info, &error);
  if (U_FAILURE(error) || info.errors != 0) return std::nullopt;
  return std::string(out.data(), static_cast<size_t>(size));
}

// Most names are plain ASCII, and mean what they say.
bool IsInternational(const std::string& name) {
  return !IsAscii(name) || absl::StartsWith(name, kAceMark) || absl::StrContains(name, ".xn--");
}

}  // namespace

std::optional<std::string> NormalizeDomain(std::string_view domain) {
  if (domain.size() > kMaxEncodedBytes) return std::nullopt;
  std::string name = ToLower(domain);
  if (IsInternational(name)) {
    auto ascii = Convert(uidna_nameToASCII_UTF8, name);
    if (!ascii.has_value()) return std::nullopt;
    name = *std::move(ascii);
  }
  if (name.ends_with('.')) name.pop_back();
  if (name.empty() || name.size() > kMaxHostBytes) return std::nullopt;
  if (name.starts_with('.') || name.ends_with('.') || absl::StrContains(name, "..")) {
    return std::nullopt;
  }
  if (!std::all_of(name.begin(), name.end(), IsHostByte)) return std::nullopt;
  return name;
}

std::optional<std::string> NormalizeHost(std::string_view host) {
  // The name, a dot, a colon and a port: anything longer needn't be looked at.
  if (host.size() > kMaxEncodedBytes + 7) return std::nullopt;
  if (host.starts_with('[')) return NormalizeAddress(host);

  const size_t colon = std::min(host.find(':'), host.size());
  if (!IsPortSuffix(host.substr(colon))) return std::nullopt;
  const auto name = DecodePercent(host.substr(0, colon));
  return name.has_value() ? NormalizeDomain(*name) : std::nullopt;
}

std::vector<std::string> DomainSpellings(const std::string& host) {
  std::vector<std::string> spellings;
  const auto add = [&](const std::string& name) {
    spellings.push_back(name);
    if (!IsInternational(name)) return;
    auto unicode = Convert(uidna_nameToUnicodeUTF8, name);
    if (unicode.has_value() && *unicode != name) spellings.push_back(*std::move(unicode));
  };
  add(host);
  if (host.starts_with(kWww) && host.size() > kWww.size()) add(host.substr(kWww.size()));
  return spellings;
}

}  // namespace chatter
