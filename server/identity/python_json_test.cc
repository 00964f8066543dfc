#include "server/identity/python_json.h"

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"

namespace chatter::identity {
namespace {

// What the object {"a": VALUE} has for the value; "(refused)": it is no object.
std::string Read(absl::string_view value) {
  const auto object = ParsePythonObject(absl::StrCat("{\"a\": ", value, ", \"b\": 1}"));
  return object.has_value() && object->at("b") == 1 ? object->at("a").dump() : "(refused)";
}

TEST(PythonJsonTest, ReadsTheNumbersOfPython) {
  for (const char* value : {"NaN", "Infinity", "-Infinity", "1e999", "-1E+999"}) {
    EXPECT_EQ(Read(value), "null") << value;
  }
  EXPECT_EQ(Read(std::string(1'000, '9')), "null");
  EXPECT_EQ(Read("-" + std::string(1'000, '9')), "null");
  EXPECT_EQ(Read("[NaN,{\"x\":-Infinity}]"), "[null,{\"x\":null}]");
}

TEST(PythonJsonTest, LeavesAllElseAsItIs) {
  EXPECT_EQ(Read("[1,-2.5e3,true,null]"), "[1,-2500.0,true,null]");
  for (const char* text : {R"("NaN")", R"("\" NaN")", R"("\\")", R"(" -Infinity, 1e999 ")"}) {
    EXPECT_EQ(Read(text), text);
  }
}

TEST(PythonJsonTest, RefusesWhatPythonRefuses) {
  for (const char* value :
       {"nan", "-NaN", "+Infinity", "Inf", "inf", "-inf", "NaNs", "1NaN", "Infinity1", "1e999.",
        "+1e999", "1e999x", "\"x", "\"\\\"", "'a'", "undefined", ""}) {
    EXPECT_EQ(Read(value), "(refused)") << value;
  }
  for (const char* text : {"", "NaN", "[NaN]", "{", "{NaN:1}", "\"", "\"\\", "{\"a\":NaN"}) {
    EXPECT_FALSE(ParsePythonObject(text).has_value()) << text;
  }
}

TEST(PythonJsonTest, TakesTheLastMemberOfAName) {
  EXPECT_EQ(ParsePythonObject(R"({"a":1,"a":[2],"\u0061":3})"), nlohmann::json({{"a", 3}}));
}

TEST(PythonJsonTest, ReadsHalfASurrogatePair) {
  EXPECT_EQ(Read(R"("\ud83c")"), "\"\uFFFD\"");
  EXPECT_EQ(Read(R"({"\udf0d":"\ud83c\udf0d"})"), "{\"\uFFFD\":\"\U0001F30D\"}");
}

TEST(PythonJsonTest, SurvivesDeepNesting) {
  const std::string open(100'000, '[');
  EXPECT_EQ(Read(open), "(refused)");
  EXPECT_TRUE(ParsePythonObject(absl::StrCat("{\"a\":", open, std::string(100'000, ']'), "}")));
}

}  // namespace
}  // namespace chatter::identity
