#include "server/identity/cookie.h"

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "server/model/errors.h"

namespace chatter::identity {
namespace {

using Headers = std::vector<std::string_view>;

std::string Find(const Headers& headers, std::string_view name = "sessionid") {
  const auto found = FindCookie(headers, name);
  if (!found.ok()) {
    EXPECT_EQ(found.status().code(), absl::StatusCode::kUnauthenticated);
    EXPECT_EQ(ReasonOf(found.status()), v1::ERROR_REASON_CREDENTIAL_INVALID);
    return "(invalid)";
  }
  return found->value_or("(none)");
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
  EXPECT_EQ(Find({R"(sessionid="abc\")"}), "(invalid)");   // a backslash
  EXPECT_EQ(Find({R"(sessionid="a\"c")"}), "(invalid)");
  EXPECT_EQ(Find({R"(sessionid="a\054c")"}), "(invalid)");
  EXPECT_EQ(Find({R"(sessionid="a\000c")"}), "(invalid)");
  EXPECT_EQ(Find({R"(sessionid="a\303\251")"}), "(invalid)");
  EXPECT_EQ(Find({R"(sessionid="abc)"}), "(invalid)");
  EXPECT_EQ(Find({R"(sessionid=")"}), "(invalid)");
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

TEST(CookieTest, RefusesWhatNoCookieMayHave) {
  EXPECT_EQ(Find({"sessionid="}), "(invalid)");
  EXPECT_EQ(Find({"sessionid=\"\""}), "(invalid)");
  for (const char* bad : {"a b", "a\tb", "a,b", "a\\b", "a\"b", "a\x7f", "a\x01", "\xc3\xa9"}) {
    EXPECT_EQ(Find({absl::StrCat("sessionid=", bad)}), "(invalid)") << bad;
  }
  EXPECT_EQ(Find({std::string_view("sessionid=a\0b", 13)}), "(invalid)");
}

TEST(CookieTest, TakesTheLastOfSeveral) {
  EXPECT_EQ(Find({"sessionid=a; sessionid=b"}), "b");
  EXPECT_EQ(Find({"sessionid=a", "sessionid=b"}), "b");
  EXPECT_EQ(Find({"sessionid=a; sessionid=b", "theme=dark", "sessionid=a"}), "a");
  for (const char* other : {"", "\"\"", "a b", "\xff", "\"a\\\"c\""}) {
    EXPECT_EQ(Find({absl::StrCat("sessionid=", other, "; sessionid=b")}), "b") << other;
    EXPECT_EQ(Find({absl::StrCat("sessionid=", other), "sessionid=b"}), "b") << other;
    EXPECT_EQ(Find({absl::StrCat("sessionid=b; sessionid=", other)}), "(invalid)") << other;
  }
  EXPECT_EQ(Find({"sessionid=a; sessionid"}), "a");  // has no name, as Django sees it
}

TEST(CookieTest, BoundsTheValue) {
  const std::string longest(kMaxCookieBytes, 'x');
  EXPECT_EQ(Find({absl::StrCat("sessionid=", longest)}), longest);
  EXPECT_EQ(Find({absl::StrCat("sessionid=", longest, "x")}), "(invalid)");
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
