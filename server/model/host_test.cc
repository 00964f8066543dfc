#include "server/model/host.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace chatter {
namespace {

using testing::ElementsAre;

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
  EXPECT_EQ(NormalizeHost("[2001:db8:0:0::0:1]"), "[2001:db8::1]");
}

TEST(NormalizeHost, LowersLettersAndDropsOneTrailingDot) {
  EXPECT_EQ(NormalizeHost("Acme.EXAMPLE.com"), "acme.example.com");
  EXPECT_EQ(NormalizeHost("acme.example.com."), "acme.example.com");
  EXPECT_EQ(NormalizeHost("acme.example.com.:443"), "acme.example.com");
}

TEST(NormalizeHost, WritesUnicodeInAscii) {
  for (const char* text :
       {"münchen.example", "MÜNCHEN.Example", "mu\xcc\x88nchen.example", "m%C3%BCnchen.example",
        "m%c3%bcnchen.example:443", "münchen.example.", "xn--mnchen-3ya.example",
        "XN--MNCHEN-3YA.example", "münchen。example"}) {
    EXPECT_EQ(NormalizeHost(text), "xn--mnchen-3ya.example") << text;
  }
  EXPECT_EQ(NormalizeHost("straße.example"), "xn--strae-oqa.example");  // not strasse
  EXPECT_EQ(NormalizeHost("日本語.jp"), "xn--wgv71a119e.jp");
}

TEST(NormalizeHost, RefusesWhatIsNoInternationalName) {
  for (const char* text : {"xn--", "xn--a", "xn--\xc3\xbc", "a.xn--zzzzzzzz",
                           "xn--mnchen-3ya-.example", "m\xc3.example", "\xff.example",
                           "m%C3.example", "m%41.example", "m%C3%", "\xe2\x80\xae.example",
                           "a\xc2\xa0"
                           "b.example",
                           "münchen .example", "münchen_.example", "-ü.example", "ü..example",
                           "xn--mnchen-3YÄ.example"}) {
    EXPECT_EQ(NormalizeHost(text), std::nullopt) << text;
  }
  EXPECT_EQ(NormalizeHost("ü" + std::string(64, 'a')), std::nullopt);
}

TEST(NormalizeDomain, TakesANameAlone) {
  EXPECT_EQ(NormalizeDomain("München.Example."), "xn--mnchen-3ya.example");
  for (const char* text : {"acme.example:443", "[::1]", "m%C3%BCnchen.example", ""}) {
    EXPECT_EQ(NormalizeDomain(text), std::nullopt) << text;
  }
}

TEST(DomainSpellings, TakesTheHostItselfThenWithoutWww) {
  EXPECT_THAT(DomainSpellings("acme.example"), ElementsAre("acme.example"));
  EXPECT_THAT(DomainSpellings("www.acme.example"), ElementsAre("www.acme.example", "acme.example"));
  EXPECT_THAT(DomainSpellings("www.www.a"), ElementsAre("www.www.a", "www.a"));
  EXPECT_THAT(DomainSpellings("www"), ElementsAre("www"));
  EXPECT_THAT(DomainSpellings("wwwacme.example"), ElementsAre("wwwacme.example"));
  EXPECT_THAT(DomainSpellings("[::1]"), ElementsAre("[::1]"));
}

TEST(DomainSpellings, TakesUnicodeToo) {
  EXPECT_THAT(DomainSpellings("www.xn--mnchen-3ya.example"),
              ElementsAre("www.xn--mnchen-3ya.example", "www.münchen.example",
                          "xn--mnchen-3ya.example", "münchen.example"));
}

TEST(NormalizeHost, RefusesWhatIsNoHost) {
  for (const char* text : {"",
                           ".",
                           "..",
                           ":443",
                           ".acme.example",
                           "acme.example..",
                           "www..acme.example",
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
                           "[:]",
                           "[1.2.3.4]",
                           "[::1%lo]",
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

// Regression test: any number of dots and digits in brackets was taken for an address.
TEST(NormalizeHost, AddressesHaveABound) {
  EXPECT_EQ(NormalizeHost("[:" + std::string(500, '.') + "]"), std::nullopt);
  EXPECT_EQ(NormalizeHost(std::string("[::1\0]", 6)), std::nullopt);
}

}  // namespace
}  // namespace chatter
