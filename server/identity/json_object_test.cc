#include "server/identity/json_object.h"

#include <gtest/gtest.h>

namespace chatter::identity {
namespace {

TEST(JsonObjectTest, ReadsObjects) {
  const auto object = ParseJsonObject(R"({"a":"text","b":{"a":1},"c":[{"a":1},{"a":2}]})");
  ASSERT_TRUE(object.has_value());
  ASSERT_NE(FindText(*object, "a"), nullptr);
  EXPECT_EQ(*FindText(*object, "a"), "text");
  EXPECT_EQ(FindText(*object, "b"), nullptr);
  EXPECT_EQ(FindText(*object, "d"), nullptr);
}

TEST(JsonObjectTest, RefusesAllElse) {
  for (const char* text : {"", "1", "\"a\"", "[]", "null", "{", "{}x", "{\"a\":}", "{'a':1}",
                           "{\"a\":1,}", "{\"a\":\"\xff\"}", "{\"a\":1e999}", "{\"a\":NaN}"}) {
    EXPECT_FALSE(ParseJsonObject(text).has_value()) << text;
  }
  EXPECT_FALSE(ParseJsonObject(std::string(100'000, '[')).has_value());
}

TEST(JsonObjectTest, ReadsHalfASurrogatePairAsTheReplacementCharacter) {
  const auto object = ParseJsonObject(R"({"a":"x\ud83c","\udf0dkey":["\uD83Cx\uDF0D"]})");
  ASSERT_TRUE(object.has_value());
  EXPECT_EQ(*FindText(*object, "a"), "x\uFFFD");
  EXPECT_EQ(object->at("\uFFFDkey").at(0), "\uFFFDx\uFFFD");
  for (const char* bad :
       {R"({"a":"\ud8"})", R"({"a":"\ud83c)", R"({"a":"\ud83c\"})", "\\ud83c", R"({"a":\ud83c})"}) {
    EXPECT_FALSE(ParseJsonObject(bad).has_value()) << bad;
  }
}

TEST(JsonObjectTest, MendsNothingElse) {
  for (const char* text :
       {"", "\\", "\\u", R"("\ud83c\udf0d")", R"("\uD83C\uDF0D\ue000\ud7ff")", R"("\\ud83c")",
        R"("\\\\ud83c")", R"("\ud8zz")", R"("\u+83c")", "\xed\xa0\x80"}) {
    EXPECT_EQ(MendSurrogates(text), text);
  }
  EXPECT_EQ(MendSurrogates(R"(\ud83c\ud83c\udf0d\udf0d)"), R"(\ufffd\ud83c\udf0d\ufffd)");
  EXPECT_EQ(MendSurrogates(R"(\\\ud83c\u0041)"), R"(\\\ufffd\u0041)");
}

TEST(JsonObjectTest, RefusesRepeatedNames) {
  EXPECT_FALSE(ParseJsonObject(R"({"a":1,"a":1})").has_value());
  EXPECT_FALSE(ParseJsonObject(R"({"a":1,"\u0061":2})").has_value());
  EXPECT_FALSE(ParseJsonObject(R"({"b":[{"a":1,"a":2}]})").has_value());
}

}  // namespace
}  // namespace chatter::identity
