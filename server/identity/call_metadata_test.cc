#include "server/identity/call_metadata.h"

#include <gtest/gtest.h>

#include <string>

#include "server/model/errors.h"

namespace chatter::identity {
namespace {

v1::ErrorReason ReasonFor(const CallMetadata& metadata) {
  const auto value = SingleValue(metadata, "key", 8);
  EXPECT_EQ(value.status().code(), absl::StatusCode::kInvalidArgument);
  return chatter::ReasonOf(value.status());
}

TEST(SingleValue, FindsTheOneValue) {
  const CallMetadata metadata{{"kex", "1"}, {"key", "a value"}, {"keys", "2"}};
  EXPECT_EQ(SingleValue(metadata, "key", 8)->value(), "a value");
  EXPECT_EQ(SingleValue({{"key", ""}}, "key", 8)->value(), "");
}

TEST(SingleValue, KnowsWhenThereIsNone) {
  EXPECT_FALSE(SingleValue({}, "key", 8)->has_value());
  EXPECT_FALSE(SingleValue({{"other", "1"}}, "key", 8)->has_value());
}

TEST(SingleValue, RefusesSeveralEvenIfTheyAreTheSame) {
  EXPECT_EQ(ReasonFor({{"key", "a"}, {"key", "b"}}), v1::ERROR_REASON_INVALID_METADATA);
  EXPECT_EQ(ReasonFor({{"key", "a"}, {"key", "a"}}), v1::ERROR_REASON_INVALID_METADATA);
}

TEST(SingleValue, IsBounded) {
  EXPECT_TRUE(SingleValue({{"key", "12345678"}}, "key", 8).ok());
  EXPECT_EQ(ReasonFor({{"key", "123456789"}}), v1::ERROR_REASON_INVALID_METADATA);
}

TEST(SingleValue, MayGoBeyondAscii) {
  EXPECT_EQ(SingleValue({{"key", "\xc3\xa9"}}, "key", 8, Charset::kBeyondAscii)->value(),
            "\xc3\xa9");
  for (const char* value : {"a\tb", "\x7f", "\x01"}) {
    EXPECT_FALSE(SingleValue({{"key", value}}, "key", 8, Charset::kBeyondAscii).ok()) << value;
  }
}

TEST(SingleValue, RefusesUnprintableBytes) {
  for (const char* value : {"\xff", "\xc3\xa9", "a\tb", "a\nb", "\x7f", "\x01"}) {
    EXPECT_EQ(ReasonFor({{"key", value}}), v1::ERROR_REASON_INVALID_METADATA) << value;
  }
  const std::string nul("a\0b", 3);
  EXPECT_EQ(ReasonFor({{"key", nul}}), v1::ERROR_REASON_INVALID_METADATA);
}

}  // namespace
}  // namespace chatter::identity
