#include "server/model/validate.h"

#include <gtest/gtest.h>

#include <string>

namespace chatter {
namespace {

using namespace std::string_literals;

std::string Bytes(size_t count) { return std::string(count, 'x'); }

TEST(Validate, TextsAreBoundedInBytes) {
  EXPECT_EQ(UserIdProblem("a"), "");
  EXPECT_EQ(UserIdProblem(Bytes(600)), "");
  EXPECT_NE(UserIdProblem(""), "");
  EXPECT_NE(UserIdProblem(Bytes(601)), "");

  EXPECT_EQ(UserIdPrefixProblem(""), "");
  EXPECT_EQ(UserIdPrefixProblem(Bytes(600)), "");
  EXPECT_NE(UserIdPrefixProblem(Bytes(601)), "");

  EXPECT_EQ(DisplayNameProblem(""), "");
  EXPECT_EQ(DisplayNameProblem(Bytes(256)), "");
  EXPECT_NE(DisplayNameProblem(Bytes(257)), "");

  EXPECT_EQ(ClientMessageIdProblem(Bytes(64)), "");
  EXPECT_NE(ClientMessageIdProblem(""), "");
  EXPECT_NE(ClientMessageIdProblem(Bytes(65)), "");

  EXPECT_EQ(DeviceProblem(""), "");
  EXPECT_EQ(DeviceProblem(Bytes(128)), "");
  EXPECT_NE(DeviceProblem(Bytes(129)), "");

  EXPECT_EQ(TextProblem(Bytes(16'384)), "");
  EXPECT_NE(TextProblem(""), "");
  EXPECT_NE(TextProblem(Bytes(16'385)), "");
}

TEST(Validate, MessagesMayHaveLinesButNoNul) {
  EXPECT_EQ(TextProblem("two\nlines\tand a tab"), "");
  EXPECT_NE(TextProblem("a\0b"s), "");
  EXPECT_NE(TextProblem("\xff"), "");
}

TEST(Validate, WhatIsToBeReadCanBeSeen) {
  const auto violations_of = [](const std::string& name) {
    v1::RoomProfile profile;
    profile.set_name(name);
    FieldViolations violations;
    CheckProfile(profile, violations);
    return violations;
  };
  for (const char* blank : {" ", "\u3000", "\u200b\u2060", "\ufe0f"}) {
    EXPECT_NE(TextProblem(blank), "");
    EXPECT_NE(ReactionProblem(blank), "");
    EXPECT_FALSE(violations_of(blank).empty());
    EXPECT_EQ(RoomNameProblem(blank), "") << "which may be a part of one that is looked for";
  }
  EXPECT_EQ(TextProblem(" a\n"), "");
  EXPECT_EQ(ReactionProblem("\u2764\ufe0f"), "");
  EXPECT_TRUE(violations_of("").empty());
  EXPECT_TRUE(violations_of("a b").empty());
}

TEST(Validate, UrlsAreBoundedInBytes) {
  const std::string host = "https://münchen.example/";
  EXPECT_EQ(UrlProblem(host + Bytes(2'048 - host.size())), "");
  EXPECT_NE(UrlProblem(host + Bytes(2'049 - host.size())), "");
  EXPECT_NE(UrlProblem("https:///" + Bytes(3)), "");
}

TEST(Validate, IdsAndNamesHaveNoControlCharacters) {
  for (const std::string& text : {"a\nb"s, "a\0b"s, "a\x7f"s, "\xc2\x85"s, "\xff"s}) {
    EXPECT_NE(UserIdProblem(text), "");
    EXPECT_NE(UserIdPrefixProblem(text), "");
    EXPECT_NE(DisplayNameProblem(text), "");
    EXPECT_NE(ClientMessageIdProblem(text), "");
    EXPECT_NE(DeviceProblem(text), "");
  }
}

TEST(Validate, DomainsAreStoredInAsciiAndLowerCase) {
  FieldViolations none;
  EXPECT_EQ(ParseDomain("domain", "chat.acme-7.example", none), "chat.acme-7.example");
  EXPECT_EQ(ParseDomain("domain", "Chat.Acme.Example.", none), "chat.acme.example");
  EXPECT_EQ(ParseDomain("domain", "München.example", none), "xn--mnchen-3ya.example");
  EXPECT_EQ(ParseDomain("domain", Bytes(253), none), Bytes(253));
  EXPECT_TRUE(none.empty());
  for (const std::string& text : {""s, "a:1"s, "a_b"s, "a b"s, "[::1]"s, Bytes(254)}) {
    FieldViolations violations;
    EXPECT_EQ(ParseDomain("domain", text, violations), std::nullopt) << text;
    EXPECT_FALSE(violations.empty()) << text;
  }
}

TEST(Validate, SessionsLastASecondToAYear) {
  EXPECT_EQ(SessionTtlProblem(absl::Seconds(1)), "");
  EXPECT_EQ(SessionTtlProblem(absl::Hours(365 * 24)), "");
  EXPECT_NE(SessionTtlProblem(absl::Milliseconds(999)), "");
  EXPECT_NE(SessionTtlProblem(absl::Hours(365 * 24) + absl::Nanoseconds(1)), "");
  EXPECT_NE(SessionTtlProblem(-absl::InfiniteDuration()), "");
}

TEST(Validate, SessionsMayIdleForAMinuteToAYear) {
  EXPECT_EQ(SessionIdleTtlProblem(absl::Minutes(1)), "");
  EXPECT_EQ(SessionIdleTtlProblem(absl::Hours(365 * 24)), "");
  EXPECT_NE(SessionIdleTtlProblem(absl::Minutes(1) - absl::Nanoseconds(1)), "");
  EXPECT_NE(SessionIdleTtlProblem(absl::Hours(365 * 24) + absl::Nanoseconds(1)), "");
}

TEST(Validate, PageSizesAreCutToTheBound) {
  constexpr PageSizes kSizes{.if_zero = 20, .max = 100};
  FieldViolations none;
  EXPECT_EQ(ParsePageSize(0, kSizes, none), 20);
  EXPECT_EQ(ParsePageSize(1, kSizes, none), 1);
  EXPECT_EQ(ParsePageSize(100, kSizes, none), 100);
  EXPECT_EQ(ParsePageSize(101, kSizes, none), 100);
  EXPECT_TRUE(none.empty());
  FieldViolations violations;
  ParsePageSize(-1, kSizes, violations);
  EXPECT_FALSE(violations.empty());
}

TEST(Validate, NamesOfTenants) {
  FieldViolations violations;
  EXPECT_EQ(ParseSchemaName("name", "Acme2", violations), SchemaName::Parse("Acme2"));
  EXPECT_TRUE(violations.empty());
  EXPECT_EQ(ParseSchemaName("name", "public", violations), std::nullopt);
  EXPECT_FALSE(violations.empty());
  for (const char* beginning : {"", "my ", "pg_", "-", "public", "\u00fc"}) {
    EXPECT_EQ(SchemaNamePrefixProblem(beginning), "") << beginning;
  }
  EXPECT_EQ(SchemaNamePrefixProblem(Bytes(63)), "");
  for (const std::string& wrong : {Bytes(64), "\xff"s, "a\0b"s}) {
    EXPECT_NE(SchemaNamePrefixProblem(wrong), "") << wrong;
  }
}

TEST(Validate, NamesOfServiceAccounts) {
  for (const char* right : {"a", "shop-2", "_", "0"}) {
    EXPECT_EQ(ServiceAccountNameProblem(right), "") << right;
  }
  EXPECT_EQ(ServiceAccountNameProblem(std::string(63, 'a')), "");
  for (const char* wrong : {"", "-a", "Shop", "a b", "administrator", "*", "\xc3\xbc"}) {
    EXPECT_NE(ServiceAccountNameProblem(wrong), "") << wrong;
  }
  EXPECT_NE(ServiceAccountNameProblem(std::string(64, 'a')), "");
}

TEST(Validate, IdsMayBeDigestsInHexadecimal) {
  FieldViolations violations;
  const Sha256Digest digest = Sha256("token");
  EXPECT_EQ(ParseDigest("session_id", ToHex(digest), violations), digest);
  EXPECT_TRUE(violations.empty());
  EXPECT_EQ(ParseDigest("session_id", std::string(63, 'a'), violations), std::nullopt);
  EXPECT_EQ(ParseDigest("session_id", std::string(64, 'g'), violations), std::nullopt);
  EXPECT_FALSE(violations.empty());
}

}  // namespace
}  // namespace chatter
