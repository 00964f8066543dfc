// Addresses of the other ends of connections: out of sockets, and out of gRPC's text.
//
// Pure functions.
#ifndef CHATTER_SERVER_IDENTITY_PEER_ADDRESS_H_
#define CHATTER_SERVER_IDENTITY_PEER_ADDRESS_H_

#include <sys/socket.h>

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

// Who has it: an address of IPv4, a network of IPv6 that is given to one customer (64 bits).
IpAddress NetworkOf(const IpAddress& address);

struct ParsedAddress {
  IpAddress address;
  bool is_ipv4;  // as written
};
std::optional<ParsedAddress> ParseAddress(std::string_view text);

// Of a socket of IPv4 or IPv6.
IpAddress AddressOf(const sockaddr_storage& peer);
// As gRPC writes it: "ipv4:127.0.0.1:1234", "ipv6:%5B::1%5D:1234". IPv4 that is mapped is IPv4.
std::string PeerText(const sockaddr_storage& peer);

// What gRPC calls the other end of a connection: "ipv4:127.0.0.1:1234", "ipv6:%5B::1%5D:1234".
// nullopt: it isn't one of these two.
std::optional<IpAddress> AddressOfPeer(std::string_view peer);

// The network that counts as one stranger; all Unix sockets count as one together. Opaque bytes.
std::string NetworkOfPeer(std::string_view peer);

}  // namespace chatter::identity

#endif  // CHATTER_SERVER_IDENTITY_PEER_ADDRESS_H_
