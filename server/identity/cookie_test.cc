#include "server/identity/cookie.h"

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"

namespace chatter::identity {
namespace {

using Headers = std::vector<std::string_view>;

std::string Find(const Headers& headers, std::string_view name = "sessionid") {
  return FindCookie(headers, name).value_or("(none)");
}

TEST(CookieTest, FindsTheCookieAmongOthers) {
  EXPECT_EQ(Find({"sessionid=abc"}), "abc");
  EXPECT_EQ(Find({"csrftoken=x; sessionid=abc; theme=dark"}), "abc");
  EXPECT_EQ(Find({"csrftoken=x;sessionid=abc;theme=dark"}), "abc");
  EXPECT_EQ(Find({"\t sessionid = abc \t; theme=dark"}), "abc");
  EXPECT_EQ(Find({"sessionid=a=b=="}), "a=b==");
  EXPECT_EQ(Find({"sid=abc"}, "sid"), "abc");
}

TEST(CookieTest, FindsTheCookieInAnyOfSeveralHeaders) {
  EXPECT_EQ(Find({"csrftoken=x", "sessionid=abc", "theme=dark"}), "abc");
}

TEST(CookieTest, UnquotesAsPythonDoes) {
  EXPECT_EQ(Find({R"(sessionid="abc")"}), "abc");
  EXPECT_EQ(Find({R"(sessionid= "abc" )"}), "abc");
  EXPECT_EQ(Find({R"(sessionid="a\bc\072d")"}), "abc:d");
  EXPECT_EQ(Find({R"(sessionid="\141\1412\1")"}), "aa21");
  EXPECT_EQ(Find({R"(sessionid="\789\477")"}), "789477");  // no octal numbers of a byte
  EXPECT_EQ(Find({R"(sessionid="abc\")"}), "abc\\");
  EXPECT_EQ(Find({R"(sessionid="a\"c")"}), "a\"c");
  EXPECT_EQ(Find({R"(sessionid="a\054c")"}), "a,c");
  EXPECT_EQ(Find({R"(sessionid="a\000c")"}), std::string("a\0c", 3));
  EXPECT_EQ(Find({R"(sessionid="abc)"}), "\"abc");
  EXPECT_EQ(Find({R"(sessionid=")"}), "\"");
  EXPECT_EQ(Find({R"(sessionid="")"}), "");
}

TEST(CookieTest, FindsNoneWhereThereIsNone) {
  EXPECT_EQ(Find({}), "(none)");
  EXPECT_EQ(Find({""}), "(none)");
  EXPECT_EQ(Find({"sessionid"}), "(none)");
  EXPECT_EQ(Find({"mysessionid=a; sessionid2=b; SESSIONID=c; x=sessionid"}), "(none)");
  EXPECT_EQ(Find({";;=;=x; ;"}), "(none)");
}

TEST(CookieTest, OtherCookiesMayBeAnything) {
  EXPECT_EQ(Find({"x=\xff\x01\"\\, y; sessionid=abc"}), "abc");
}

TEST(CookieTest, LeavesTheValueAsItIs) {
  EXPECT_EQ(Find({"sessionid="}), "");
  for (const char* odd : {"a b", "a,b", "a\\b", "a\"b", "a\x7f", "a\x01", "\xc3\xa9"}) {
    EXPECT_EQ(Find({absl::StrCat("sessionid=", odd)}), odd);
  }
}

TEST(CookieTest, TakesTheLastOfSeveral) {
  EXPECT_EQ(Find({"sessionid=a; sessionid=b"}), "b");
  EXPECT_EQ(Find({"sessionid=a", "sessionid=b"}), "b");
  EXPECT_EQ(Find({"sessionid=a; sessionid=b", "theme=dark", "sessionid=a"}), "a");
  for (const char* other : {"", "\"\"", "a b", "\xff", "\"a\\\"c\""}) {
    EXPECT_EQ(Find({absl::StrCat("sessionid=", other, "; sessionid=b")}), "b") << other;
    EXPECT_EQ(Find({absl::StrCat("sessionid=", other), "sessionid=b"}), "b") << other;
    EXPECT_NE(Find({absl::StrCat("sessionid=b; sessionid=", other)}), "b") << other;
  }
  EXPECT_EQ(Find({"sessionid=a; sessionid"}), "a");  // has no name, as Django sees it
}

TEST(CookieTest, KnowsWhatCanBeAName) {
  EXPECT_TRUE(IsCookieName("sessionid"));
  EXPECT_TRUE(IsCookieName("__Host-session.id"));
  for (const char* bad : {"", "a b", "a=b", "a;b", "a,b", "\"a\"", "\xc3\xa9"}) {
    EXPECT_FALSE(IsCookieName(bad)) << bad;
  }
  EXPECT_TRUE(IsCookieName(std::string(128, 'x')));
  EXPECT_FALSE(IsCookieName(std::string(129, 'x')));
}

}  // namespace
}  // namespace chatter::identity
