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

TEST(JsonObjectTest, RefusesRepeatedNames) {
  EXPECT_FALSE(ParseJsonObject(R"({"a":1,"a":1})").has_value());
  EXPECT_FALSE(ParseJsonObject(R"({"a":1,"\u0061":2})").has_value());
  EXPECT_FALSE(ParseJsonObject(R"({"b":[{"a":1,"a":2}]})").has_value());
}

}  // namespace
}  // namespace chatter::identity
