#include "server/identity/host.h"

#include <gtest/gtest.h>

namespace chatter::identity {
namespace {

TEST(NormalizeHost, KeepsAPlainName) {
  EXPECT_EQ(NormalizeHost("acme.example.com"), "acme.example.com");
  EXPECT_EQ(NormalizeHost("localhost"), "localhost");
  EXPECT_EQ(NormalizeHost("xn--mnchen-3ya.example"), "xn--mnchen-3ya.example");
}

TEST(NormalizeHost, StripsThePort) {
  EXPECT_EQ(NormalizeHost("acme.example.com:443"), "acme.example.com");
  EXPECT_EQ(NormalizeHost("127.0.0.1:50051"), "127.0.0.1");
  EXPECT_EQ(NormalizeHost("[::1]:50051"), "[::1]");
  EXPECT_EQ(NormalizeHost("[2001:DB8::1]"), "[2001:db8::1]");
}

TEST(NormalizeHost, LowersLettersAndDropsOneTrailingDot) {
  EXPECT_EQ(NormalizeHost("Acme.EXAMPLE.com"), "acme.example.com");
  EXPECT_EQ(NormalizeHost("acme.example.com."), "acme.example.com");
  EXPECT_EQ(NormalizeHost("acme.example.com.:443"), "acme.example.com");
}

TEST(NormalizeHost, RefusesWhatIsNoHost) {
  for (const char* text : {"",
                           ".",
                           "..",
                           ":443",
                           ".acme.example",
                           "acme.example..",
                           "a b",
                           "acme,evil.example",
                           "acme.example/path",
                           "user@acme.example",
                           "acme_corp.example",
                           "acme.example:",
                           "acme.example:port",
                           "acme.example:123456",
                           "a:1:2",
                           "::1",
                           "[]",
                           "[::1",
                           "[::1]x",
                           "[::1]:",
                           "[acme]",
                           "[[::1]]",
                           "m\xc3\xbcnchen.example",
                           "acme\texample",
                           "';--",
                           "acme%2eexample"}) {
    EXPECT_EQ(NormalizeHost(text), std::nullopt) << text;
  }
  EXPECT_EQ(NormalizeHost(std::string_view("acme\0.example", 13)), std::nullopt);
}

TEST(NormalizeHost, IsBounded) {
  const std::string longest(kMaxHostBytes, 'a');
  EXPECT_EQ(NormalizeHost(longest), longest);
  EXPECT_EQ(NormalizeHost(longest + ".:65535"), longest);
  EXPECT_EQ(NormalizeHost(longest + "a"), std::nullopt);
  EXPECT_EQ(NormalizeHost(std::string(1 << 20, 'a')), std::nullopt);
}

}  // namespace
}  // namespace chatter::identity
