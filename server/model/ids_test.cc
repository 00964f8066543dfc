#include "server/model/ids.h"

#include <gtest/gtest.h>

#include <string>

#include "server/model/schema_name.h"

namespace chatter {
namespace {

using namespace std::string_literals;

TEST(SchemaNameTest, IsWhatDjangoTenantsCallsTenants) {
  for (const char* name : {"acme", "Acme2", "ACME", "my tenant", "\u00fcnal", "a.b", "a-b", "_",
                           "0", "a  b", "a.", "u\u0308nal", "\u05d0\u05d1", "\u6771\u4eac",
                           "\U0001f600", "Public", "PG_x", "pg", "the end"}) {
    const auto parsed = SchemaName::Parse(name);
    ASSERT_TRUE(parsed.has_value()) << name;
    EXPECT_EQ(parsed->text(), name);
    EXPECT_EQ(parsed->Quoted(), '"' + std::string(name) + '"');
  }
}

TEST(SchemaNameTest, IsBoundedInBytes) {
  EXPECT_TRUE(SchemaName::Parse(std::string(63, 'a')).has_value());
  EXPECT_FALSE(SchemaName::Parse(std::string(64, 'a')).has_value());
  std::string of_two_bytes;
  for (int i = 0; i < 32; ++i) of_two_bytes += "\u00fc";
  EXPECT_FALSE(SchemaName::Parse(of_two_bytes).has_value());
  EXPECT_TRUE(SchemaName::Parse(of_two_bytes.substr(0, 62)).has_value());
  EXPECT_FALSE(SchemaName::Parse(of_two_bytes.substr(0, 63)).has_value());  // cut in a character
}

TEST(SchemaNameTest, IsntPostgresqlsNorOursNorLikeAnOption) {
  for (const char* name : {"", "public", "chatter", "information_schema", "pg_catalog", "pg_", "-a",
                           ".", "..", ".a", " ", " a", "a "}) {
    EXPECT_FALSE(SchemaName::Parse(name).has_value()) << name;
  }
}

TEST(SchemaNameTest, HasNothingThatMeansAnythingWithinQuotes) {
  for (const char c : "\"'\\{},;$%/*?!&|<>()[]=:#@^~`+\t\n\r\x1b\x7f\0"s) {
    EXPECT_FALSE(SchemaName::Parse("a"s + c + "b").has_value()) << static_cast<int>(c);
  }
  EXPECT_FALSE(SchemaName::Parse("a\"; DROP SCHEMA acme; --").has_value());
}

TEST(SchemaNameTest, ShowsAllThatItHas) {
  for (const char* hidden : {"\u200b", "\u200e", "\u202e", "\u2066", "\u00a0", "\u2028", "\u0085",
                             "\ufeff", "\u00ad", "\u2800", "\u3000", "\ufe0f", "\U000e0041"}) {
    EXPECT_FALSE(SchemaName::Parse("a"s + hidden + "b").has_value()) << hidden;
  }
  for (const std::string& broken : {"\xff"s, "\xc3("s, "\xed\xa0\x80"s, "\xc0\xaf"s}) {
    EXPECT_FALSE(SchemaName::Parse("a" + broken).has_value()) << broken;
  }
}

TEST(SchemaNameTest, TellsPeopleWhatItMustBe) {
  EXPECT_EQ(SchemaNameProblem("my tenant"), "");
  EXPECT_NE(SchemaNameProblem("my;tenant"), "");
}

TEST(SchemaNameTest, TellsCasesAndSpellingsApart) {
  EXPECT_NE(SchemaName::Parse("acme"), SchemaName::Parse("Acme"));
  EXPECT_NE(SchemaName::Parse("\u00fcnal"), SchemaName::Parse("u\u0308nal"));
}

}  // namespace
}  // namespace chatter
