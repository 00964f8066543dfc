#include "server/identity/peer_address.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>

#include <string>

namespace chatter::identity {
namespace {

sockaddr_storage Ipv4(const char* text, uint16_t port) {
  sockaddr_storage peer{};
  auto& ipv4 = reinterpret_cast<sockaddr_in&>(peer);
  ipv4.sin_family = AF_INET;
  ipv4.sin_port = htons(port);
  EXPECT_EQ(inet_pton(AF_INET, text, &ipv4.sin_addr), 1);
  return peer;
}

sockaddr_storage Ipv6(const char* text, uint16_t port) {
  sockaddr_storage peer{};
  auto& ipv6 = reinterpret_cast<sockaddr_in6&>(peer);
  ipv6.sin6_family = AF_INET6;
  ipv6.sin6_port = htons(port);
  EXPECT_EQ(inet_pton(AF_INET6, text, &ipv6.sin6_addr), 1);
  return peer;
}

TEST(PeerAddress, IsTheSameOfASocketAndOfItsText) {
  EXPECT_EQ(PeerText(Ipv4("203.0.113.7", 1234)), "ipv4:203.0.113.7:1234");
  EXPECT_EQ(PeerText(Ipv6("::ffff:203.0.113.7", 1234)), "ipv4:203.0.113.7:1234");
  EXPECT_EQ(PeerText(Ipv6("2001:db8::3", 1234)), "ipv6:%5B2001:db8::3%5D:1234");
  for (const sockaddr_storage& peer :
       {Ipv4("203.0.113.7", 1), Ipv6("::ffff:203.0.113.7", 1), Ipv6("2001:db8:1:2::3", 1)}) {
    const IpAddress address = AddressOf(peer);
    EXPECT_EQ(AddressOfPeer(PeerText(peer)), address);
    const IpAddress network = NetworkOf(address);
    EXPECT_EQ(NetworkOfPeer(PeerText(peer)), std::string(network.begin(), network.end()));
  }
}

TEST(NetworkOfPeer, IsAnAddressOfIpv4HoweverItIsWritten) {
  const std::string network = NetworkOfPeer("ipv4:203.0.113.7:1234");
  EXPECT_EQ(network, NetworkOfPeer("ipv4:203.0.113.7:9"));
  EXPECT_EQ(network, NetworkOfPeer("ipv6:%5B::ffff:203.0.113.7%5D:1234"));
  EXPECT_NE(network, NetworkOfPeer("ipv4:203.0.113.8:1234"));
}

// One customer has as many addresses of IPv6 as they like.
TEST(NetworkOfPeer, IsACustomersNetworkOfIpv6) {
  const std::string network = NetworkOfPeer("ipv6:%5B2001:db8:1:2::3%5D:1234");
  EXPECT_EQ(network, NetworkOfPeer("ipv6:[2001:db8:1:2:ffff::4]:9"));
  EXPECT_NE(network, NetworkOfPeer("ipv6:%5B2001:db8:1:3::3%5D:1234"));
}

TEST(NetworkOfPeer, IsOneForAllUnixSocketsAndNeverEmpty) {
  EXPECT_EQ(NetworkOfPeer("unix:/run/a.sock"), NetworkOfPeer("unix:/run/b.sock"));
  EXPECT_FALSE(NetworkOfPeer("unix:").empty());
  EXPECT_FALSE(NetworkOfPeer("ipv4:not an address").empty());
}

}  // namespace
}  // namespace chatter::identity
