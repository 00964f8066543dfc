#include "server/identity/trusted_proxies.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace chatter::identity {
namespace {

using testing::HasSubstr;

TrustedProxies Parsed(std::string_view list) {
  auto proxies = TrustedProxies::Parse(list);
  EXPECT_TRUE(proxies.ok()) << proxies.status();
  return proxies.ok() ? *std::move(proxies) : TrustedProxies();
}

TEST(TrustedProxies, TrustNobodyUnlessTold) {
  for (const char* peer :
       {"ipv4:127.0.0.1:1", "ipv6:%5B::1%5D:1", "unix:/run/proxy.sock", "unix:"}) {
    EXPECT_FALSE(TrustedProxies().Trusts(peer)) << peer;
  }
}

TEST(TrustedProxies, KnowAnAddress) {
  const TrustedProxies proxies = Parsed("10.0.0.7, fd00::7");
  EXPECT_TRUE(proxies.Trusts("ipv4:10.0.0.7:1234"));
  EXPECT_FALSE(proxies.Trusts("ipv4:10.0.0.70:1234"));
  EXPECT_FALSE(proxies.Trusts("ipv4:10.0.0.8:1234"));
  EXPECT_TRUE(proxies.Trusts("ipv6:%5Bfd00::7%5D:1234"));
  EXPECT_TRUE(proxies.Trusts("ipv6:[fd00::7]:1234"));
  EXPECT_TRUE(proxies.Trusts("ipv6:[FD00:0::7]:1234"));
  EXPECT_FALSE(proxies.Trusts("ipv6:[fd00::8]:1234"));
  EXPECT_FALSE(proxies.Trusts("unix:/run/proxy.sock"));
}

TEST(TrustedProxies, KnowANetwork) {
  const TrustedProxies proxies = Parsed("10.8.0.0/13,fd00:1::/33");
  EXPECT_TRUE(proxies.Trusts("ipv4:10.8.0.0:1"));
  EXPECT_TRUE(proxies.Trusts("ipv4:10.15.255.255:1"));
  EXPECT_FALSE(proxies.Trusts("ipv4:10.7.255.255:1"));
  EXPECT_FALSE(proxies.Trusts("ipv4:10.16.0.0:1"));
  EXPECT_TRUE(proxies.Trusts("ipv6:[fd00:1:7fff::1]:1"));
  EXPECT_FALSE(proxies.Trusts("ipv6:[fd00:1:8000::1]:1"));
}

TEST(TrustedProxies, EverybodyOfOneFamilyIsNobodyOfTheOther) {
  EXPECT_TRUE(Parsed("0.0.0.0/0").Trusts("ipv4:203.0.113.9:1"));
  EXPECT_FALSE(Parsed("0.0.0.0/0").Trusts("ipv6:[2001:db8::1]:1"));
  EXPECT_TRUE(Parsed("::/0").Trusts("ipv6:[2001:db8::1]:1"));
  EXPECT_FALSE(Parsed("::/0").Trusts("ipv4:203.0.113.9:1"));
  EXPECT_FALSE(Parsed("::/0").Trusts("ipv6:[::ffff:203.0.113.9]:1"));
}

TEST(TrustedProxies, AMappedAddressIsThatOfIpv4) {
  EXPECT_TRUE(Parsed("10.0.0.0/8").Trusts("ipv6:[::ffff:10.1.2.3]:1"));
  EXPECT_TRUE(Parsed("10.0.0.0/8").Trusts("ipv6:%5B::ffff:a01:203%5D:1"));
  EXPECT_FALSE(Parsed("10.0.0.0/8").Trusts("ipv6:[::ffff:11.1.2.3]:1"));
  EXPECT_TRUE(Parsed("::ffff:10.1.2.3").Trusts("ipv4:10.1.2.3:1"));
  EXPECT_TRUE(Parsed("::ffff:10.0.0.0/104").Trusts("ipv4:10.1.2.3:1"));
}

TEST(TrustedProxies, KnowUnixSockets) {
  const TrustedProxies proxies = Parsed("unix");
  EXPECT_TRUE(proxies.Trusts("unix:/run/proxy.sock"));
  EXPECT_TRUE(proxies.Trusts("unix:"));
  EXPECT_FALSE(proxies.Trusts("unix"));
  EXPECT_FALSE(proxies.Trusts("unix-abstract:x"));
  EXPECT_FALSE(proxies.Trusts("ipv4:127.0.0.1:1"));
}

TEST(TrustedProxies, LeaveOutTheZoneOfALinkLocalAddress) {
  const TrustedProxies proxies = Parsed("fe80::/10");
  EXPECT_TRUE(proxies.Trusts("ipv6:%5Bfe80::1%25eth0%5D:1"));
  EXPECT_TRUE(proxies.Trusts("ipv6:[fe80::1%eth0]:1"));
}

TEST(TrustedProxies, DontTrustWhatTheyDontUnderstand) {
  const TrustedProxies proxies = Parsed("0.0.0.0/0,::/0");
  for (const char* peer :
       {"", ":", "ipv4", "ipv4:", "ipv4:127.0.0.1", "ipv4:127.1:1", "ipv4:127.0.0.1.:1",
        "ipv4:0x7f.0.0.1:1", "ipv4:127.0.0.1 :1", "127.0.0.1:1", "ipv6:", "ipv6:[]:1", "ipv6:[::1",
        "ipv6:%5b::1%5d:1", "tcp:127.0.0.1:1", "unknown", "IPV4:127.0.0.1:1", "dns:localhost:1"}) {
    EXPECT_FALSE(proxies.Trusts(peer)) << peer;
  }
  EXPECT_FALSE(proxies.Trusts(std::string_view("ipv4:127.0.0.1\0:1", 17)));
}

TEST(TrustedProxies, RefuseABadEntryAndNameIt) {
  for (const char* entry :
       {"", "proxy.example", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/+8",
        "10.0.0.0/8/8", "10.0.0.0/08x", "10.0.0.1/8", "10.0.0", "010.0.0.1", "10.0.0.0 /8",
        "::/129", "fd00::1/64", "[::1]", "::1%lo", "10.0.0.1:80", "unix:/run/proxy.sock", "Unix"}) {
    const auto alone = TrustedProxies::Parse(entry);
    ASSERT_FALSE(alone.ok()) << entry;
    EXPECT_THAT(std::string(alone.status().message()), HasSubstr("\"" + std::string(entry) + "\""));
    EXPECT_FALSE(TrustedProxies::Parse("127.0.0.1," + std::string(entry)).ok()) << entry;
  }
}

}  // namespace
}  // namespace chatter::identity
