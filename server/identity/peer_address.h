// Addresses of the other ends of connections, out of gRPC's text.
#ifndef CHATTER_SERVER_IDENTITY_PEER_ADDRESS_H_
#define CHATTER_SERVER_IDENTITY_PEER_ADDRESS_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace chatter::identity {

// In the order of the network. IPv4 stands where IPv6 has it mapped: ::ffff:0:0/96.
using IpAddress = std::array<uint8_t, 16>;

constexpr int kMappedBits = 96;

bool IsMapped(const IpAddress& address);

// `address` without what stands behind its first bits.
IpAddress Masked(IpAddress address, int bits);

struct ParsedAddress {
  IpAddress address;
  bool is_ipv4;  // as written
};
std::optional<ParsedAddress> ParseAddress(std::string_view text);

// What gRPC calls the other end of a connection: "ipv4:127.0.0.1:1234", "ipv6:%5B::1%5D:1234".
// nullopt: it isn't one of these two.
std::optional<IpAddress> AddressOfPeer(std::string_view peer);

// The network that counts as one stranger: an address of IPv4, a network of IPv6 that is given to
// one customer (64 bits), all Unix sockets together. Opaque bytes.
std::string NetworkOfPeer(std::string_view peer);

}  // namespace chatter::identity

#endif  // CHATTER_SERVER_IDENTITY_PEER_ADDRESS_H_
