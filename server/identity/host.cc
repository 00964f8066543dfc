#include "server/identity/host.h"

#include <algorithm>

#include "absl/strings/ascii.h"

namespace chatter::identity {
namespace {

bool IsHostByte(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return absl::ascii_islower(byte) || absl::ascii_isdigit(byte) || c == '-' || c == '.';
}

bool IsAddressByte(char c) {
  return absl::ascii_isxdigit(static_cast<unsigned char>(c)) || c == ':' || c == '.';
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
  const std::string_view inside = host.substr(1, end - 1);
  if (inside.empty() || !std::all_of(inside.begin(), inside.end(), IsAddressByte)) {
    return std::nullopt;
  }
  return ToLower(host.substr(0, end + 1));
}

}  // namespace

std::optional<std::string> NormalizeHost(std::string_view host) {
  // The name, a dot, a colon and a port: anything longer needn't be looked at.
  if (host.size() > kMaxHostBytes + 7) return std::nullopt;
  if (host.starts_with('[')) return NormalizeAddress(host);

  const size_t colon = std::min(host.find(':'), host.size());
  if (!IsPortSuffix(host.substr(colon))) return std::nullopt;
  std::string name = ToLower(host.substr(0, colon));
  if (name.ends_with('.')) name.pop_back();
  if (name.empty() || name.size() > kMaxHostBytes) return std::nullopt;
  if (name.starts_with('.') || name.ends_with('.')) return std::nullopt;
  if (!std::all_of(name.begin(), name.end(), IsHostByte)) return std::nullopt;
  return name;
}

}  // namespace chatter::identity
