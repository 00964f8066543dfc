#include "server/identity/tenant_name.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "server/model/errors.h"

namespace chatter::identity {
namespace {

using testing::HasSubstr;

constexpr char kText[] = "x-chatter-tenant";
constexpr char kBytes[] = "x-chatter-tenant-bin";

TEST(TenantNameTest, IsTextOrBytes) {
  EXPECT_EQ(*ReadTenantName({}), std::nullopt);
  EXPECT_EQ(*ReadTenantName({{"x-other", "acme"}}), std::nullopt);
  EXPECT_EQ(*ReadTenantName({{kText, "my tenant"}}), "my tenant");
  EXPECT_EQ(*ReadTenantName({{kBytes, "\u00fcnal"}}), "\u00fcnal");
  EXPECT_EQ(*ReadTenantName({{kBytes, "acme"}}), "acme");
  EXPECT_EQ(*ReadTenantName({{kBytes, "\xff\n"}}), "\xff\n") << "which no tenant is called";
}

TEST(TenantNameTest, MayComeTwiceIfBothAgree) {
  EXPECT_EQ(*ReadTenantName({{kText, "acme"}, {kBytes, "acme"}}), "acme");
  for (const char* other : {"globex", "Acme", "acme ", ""}) {
    const auto name = ReadTenantName({{kText, "acme"}, {kBytes, other}});
    EXPECT_EQ(ReasonOf(name.status()), v1::ERROR_REASON_INVALID_METADATA) << other;
  }
}

TEST(TenantNameTest, IsSaidOnceAndIsntLong) {
  for (const char* key : {kText, kBytes}) {
    const auto twice = ReadTenantName({{key, "acme"}, {key, "acme"}});
    EXPECT_EQ(ReasonOf(twice.status()), v1::ERROR_REASON_INVALID_METADATA);
    const std::string longest(253, 'a');
    EXPECT_TRUE(ReadTenantName({{key, longest}}).ok());
    EXPECT_EQ(ReasonOf(ReadTenantName({{key, longest + 'a'}}).status()),
              v1::ERROR_REASON_INVALID_METADATA);
  }
}

TEST(TenantNameTest, TellsWhereBytesBeyondAsciiBelong) {
  const auto name = ReadTenantName({{kText, "\u00fcnal"}});
  EXPECT_EQ(ReasonOf(name.status()), v1::ERROR_REASON_INVALID_METADATA);
  EXPECT_THAT(std::string(name.status().message()), HasSubstr("-bin"));
  EXPECT_EQ(ReasonOf(ReadTenantName({{kText, "a\tb"}}).status()),
            v1::ERROR_REASON_INVALID_METADATA);
}

}  // namespace
}  // namespace chatter::identity
