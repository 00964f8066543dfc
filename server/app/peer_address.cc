#include "server/app/peer_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <cstring>

#include "absl/strings/str_cat.h"

namespace chatter::app {
namespace {

constexpr size_t kNetworkBytes = 8;  // of an IPv6 address
constexpr size_t kMappedBytes = 12;  // before the IPv4 address in one that is mapped

// IPv4 stands where IPv6 has it mapped.
in6_addr AsIpv6(const sockaddr_storage& address) {
  if (address.ss_family == AF_INET6) {
    return reinterpret_cast<const sockaddr_in6&>(address).sin6_addr;
  }
  in6_addr mapped{};
  mapped.s6_addr[10] = mapped.s6_addr[11] = 0xff;
  std::memcpy(mapped.s6_addr + kMappedBytes,
              &reinterpret_cast<const sockaddr_in&>(address).sin_addr, sizeof(in_addr));
  return mapped;
}

}  // namespace

PeerNetwork NetworkOf(const sockaddr_storage& address) {
  const in6_addr ip = AsIpv6(address);
  PeerNetwork network{};
  const size_t bytes = IN6_IS_ADDR_V4MAPPED(&ip) ? network.size() : kNetworkBytes;
  std::copy_n(ip.s6_addr, bytes, network.begin());
  return network;
}

std::string PeerText(const sockaddr_storage& address) {
  const in6_addr ip = AsIpv6(address);
  const bool v6 = address.ss_family == AF_INET6;
  const int port = ntohs(v6 ? reinterpret_cast<const sockaddr_in6&>(address).sin6_port
                            : reinterpret_cast<const sockaddr_in&>(address).sin_port);
  char text[INET6_ADDRSTRLEN] = "";
  if (IN6_IS_ADDR_V4MAPPED(&ip)) {
    inet_ntop(AF_INET, ip.s6_addr + kMappedBytes, text, sizeof text);
    return absl::StrCat("ipv4:", text, ":", port);
  }
  inet_ntop(AF_INET6, &ip, text, sizeof text);
  return absl::StrCat("ipv6:%5B", text, "%5D:", port);
}

}  // namespace chatter::app
