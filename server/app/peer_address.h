// Whose connection a socket is.
//
// Pure functions.
#ifndef CHATTER_SERVER_APP_PEER_ADDRESS_H_
#define CHATTER_SERVER_APP_PEER_ADDRESS_H_

#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <string>

namespace chatter::app {

// What one customer of a provider has: an address of IPv4, a network of 64 bits of IPv6.
using PeerNetwork = std::array<uint8_t, 16>;
PeerNetwork NetworkOf(const sockaddr_storage& address);

// As gRPC writes it: "ipv4:127.0.0.1:1234", "ipv6:%5B::1%5D:1234".
std::string PeerText(const sockaddr_storage& address);

}  // namespace chatter::app

#endif  // CHATTER_SERVER_APP_PEER_ADDRESS_H_
