#include "server/identity/trusted_proxies.h"

#include <arpa/inet.h>

#include <algorithm>
#include <cstring>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"

namespace chatter::identity {
namespace {

using Address = std::array<uint8_t, 16>;

// Where IPv6 has the addresses of IPv4: ::ffff:0:0/96.
constexpr Address kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 0, 0};
constexpr int kMappedBits = 96;

constexpr std::string_view kUnix = "unix";

bool IsMapped(const Address& address) {
  return std::equal(address.begin(), address.begin() + kMappedBits / 8, kMapped.begin());
}

// `address` without what stands behind its first bits.
Address Masked(Address address, int bits) {
  for (int i = 0; i < static_cast<int>(address.size()); ++i) {
    const int kept = std::clamp(bits - 8 * i, 0, 8);
    address[static_cast<size_t>(i)] &= static_cast<uint8_t>(0xff00 >> kept);
  }
  return address;
}

struct ParsedAddress {
  Address address;
  bool is_ipv4;  // as written
};

std::optional<ParsedAddress> ParseAddress(std::string_view text) {
  // inet_pton takes what ends in a NUL.
  if (text.find('\0') != std::string_view::npos) return std::nullopt;
  const std::string copy(text);
  ParsedAddress parsed{.address = kMapped, .is_ipv4 = true};
  if (inet_pton(AF_INET, copy.c_str(), &parsed.address[kMappedBits / 8]) == 1) return parsed;
  parsed.is_ipv4 = false;
  if (inet_pton(AF_INET6, copy.c_str(), parsed.address.data()) == 1) return parsed;
  return std::nullopt;
}

// Digits only; else -1.
int ParseBits(std::string_view text) {
  const bool digits =
      !text.empty() && text.size() <= 3 && std::all_of(text.begin(), text.end(), [](char c) {
        return absl::ascii_isdigit(static_cast<unsigned char>(c));
      });
  int bits = -1;
  if (!digits || !absl::SimpleAtoi(absl::string_view(text.data(), text.size()), &bits)) return -1;
  return bits;
}

absl::Status EntryError(std::string_view entry, std::string_view what) {
  return absl::InvalidArgumentError(
      absl::StrCat("\"", absl::string_view(entry.data(), entry.size()), "\" ",
                   absl::string_view(what.data(), what.size())));
}

// "127.0.0.1:1234", "[::1]:1234" or "%5B::1%5D:1234": the address alone. A zone, which only tells
// from where a link-local address is seen, is left out. Empty: there is no port.
std::string_view WithoutPort(std::string_view text) {
  const size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return {};
  text = text.substr(0, colon);
  for (const auto& [open, close] :
       {std::pair<std::string_view, std::string_view>{"[", "]"}, {"%5B", "%5D"}}) {
    if (text.starts_with(open) && text.ends_with(close)) {
      text.remove_prefix(open.size());
      text.remove_suffix(close.size());
      break;
    }
  }
  return text.substr(0, text.find('%'));
}

}  // namespace

absl::StatusOr<TrustedProxies::Network> TrustedProxies::ParseNetwork(std::string_view text) {
  const size_t slash = text.find('/');
  const auto parsed = ParseAddress(text.substr(0, slash));
  if (!parsed.has_value()) return EntryError(text, "is neither an address nor a network");
  Network network{.address = parsed->address, .prefix_bits = 128};
  if (slash == std::string_view::npos) return network;

  const int bits = ParseBits(text.substr(slash + 1));
  const int max_bits = parsed->is_ipv4 ? 32 : 128;
  if (bits < 0 || bits > max_bits) {
    return EntryError(text, absl::StrCat("has a prefix that isn't 0 to ", max_bits));
  }
  network.prefix_bits = parsed->is_ipv4 ? kMappedBits + bits : bits;
  if (Masked(network.address, network.prefix_bits) != network.address) {
    return EntryError(text, "has address bits behind its prefix");
  }
  return network;
}

absl::StatusOr<TrustedProxies> TrustedProxies::Parse(std::string_view list) {
  TrustedProxies proxies;
  for (absl::string_view part : absl::StrSplit(absl::string_view(list.data(), list.size()), ',')) {
    part = absl::StripAsciiWhitespace(part);
    const std::string_view entry(part.data(), part.size());
    if (entry == kUnix) {
      proxies.unix_ = true;
      continue;
    }
    const auto network = ParseNetwork(entry);
    if (!network.ok()) return network.status();
    proxies.networks_.push_back(*network);
  }
  return proxies;
}

bool TrustedProxies::Trusts(std::string_view peer) const {
  const size_t colon = peer.find(':');
  const std::string_view scheme = peer.substr(0, colon);
  if (colon == std::string_view::npos) return false;
  if (scheme == kUnix) return unix_;
  if (scheme != "ipv4" && scheme != "ipv6") return false;
  const auto parsed = ParseAddress(WithoutPort(peer.substr(colon + 1)));
  if (!parsed.has_value()) return false;
  return std::any_of(networks_.begin(), networks_.end(), [&](const Network& network) {
    // Else ::/0 would hold all of IPv4.
    if (IsMapped(parsed->address) && network.prefix_bits < kMappedBits) return false;
    return Masked(parsed->address, network.prefix_bits) == network.address;
  });
}

}  // namespace chatter::identity
