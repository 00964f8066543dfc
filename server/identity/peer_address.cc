#include "server/identity/peer_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace chatter::identity {
namespace {

// Where IPv6 has the addresses of IPv4: ::ffff:0:0/96.
constexpr IpAddress kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 0, 0};

constexpr size_t kMappedBytes = kMappedBits / 8;
constexpr int kCustomerBits = 64;

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

bool IsMapped(const IpAddress& address) {
  return std::equal(address.begin(), address.begin() + kMappedBytes, kMapped.begin());
}

IpAddress Masked(IpAddress address, int bits) {
  for (int i = 0; i < static_cast<int>(address.size()); ++i) {
    const int kept = std::clamp(bits - 8 * i, 0, 8);
    address[static_cast<size_t>(i)] &= static_cast<uint8_t>(0xff00 >> kept);
  }
  return address;
}

IpAddress NetworkOf(const IpAddress& address) {
  return IsMapped(address) ? address : Masked(address, kCustomerBits);
}

IpAddress AddressOf(const sockaddr_storage& peer) {
  IpAddress address = kMapped;
  if (peer.ss_family == AF_INET6) {
    const auto& ip = reinterpret_cast<const sockaddr_in6&>(peer).sin6_addr;
    std::copy_n(ip.s6_addr, address.size(), address.begin());
  } else {
    const auto* const ip =
        reinterpret_cast<const uint8_t*>(&reinterpret_cast<const sockaddr_in&>(peer).sin_addr);
    std::copy_n(ip, sizeof(in_addr), address.begin() + kMappedBytes);
  }
  return address;
}

std::string PeerText(const sockaddr_storage& peer) {
  const IpAddress address = AddressOf(peer);
  const int port =
      ntohs(peer.ss_family == AF_INET6 ? reinterpret_cast<const sockaddr_in6&>(peer).sin6_port
                                       : reinterpret_cast<const sockaddr_in&>(peer).sin_port);
  char text[INET6_ADDRSTRLEN] = "";
  if (IsMapped(address)) {
    inet_ntop(AF_INET, &address[kMappedBytes], text, sizeof text);
    return absl::StrCat("ipv4:", text, ":", port);
  }
  inet_ntop(AF_INET6, address.data(), text, sizeof text);
  return absl::StrCat("ipv6:%5B", text, "%5D:", port);
}

std::optional<ParsedAddress> ParseAddress(std::string_view text) {
  // inet_pton takes what ends in a NUL.
  if (text.find('\0') != std::string_view::npos) return std::nullopt;
  const std::string copy(text);
  ParsedAddress parsed{.address = kMapped, .is_ipv4 = true};
  if (inet_pton(AF_INET, copy.c_str(), &parsed.address[kMappedBytes]) == 1) return parsed;
  parsed.is_ipv4 = false;
  if (inet_pton(AF_INET6, copy.c_str(), parsed.address.data()) == 1) return parsed;
  return std::nullopt;
}

std::optional<IpAddress> AddressOfPeer(std::string_view peer) {
  const size_t colon = peer.find(':');
  const std::string_view scheme = peer.substr(0, colon);
  if (colon == std::string_view::npos || (scheme != "ipv4" && scheme != "ipv6")) {
    return std::nullopt;
  }
  const auto parsed = ParseAddress(WithoutPort(peer.substr(colon + 1)));
  if (!parsed.has_value()) return std::nullopt;
  return parsed->address;
}

std::string NetworkOfPeer(std::string_view peer) {
  const auto address = AddressOfPeer(peer);
  if (!address.has_value()) return std::string(peer.substr(0, peer.find(':')));
  const IpAddress network = NetworkOf(*address);
  return {network.begin(), network.end()};
}

}  // namespace chatter::identity
