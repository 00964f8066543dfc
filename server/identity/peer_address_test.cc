#include "server/identity/peer_address.h"

#include <gtest/gtest.h>

namespace chatter::identity {
namespace {

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
