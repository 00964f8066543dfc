#include "server/base/secret_token.h"

#include <gtest/gtest.h>

namespace chatter {
namespace {

TEST(SecretToken, HasItsForm) {
  const std::string token = GenerateToken(kSessionTokenPrefix);
  EXPECT_EQ(token.size(), 47u);
  EXPECT_TRUE(token.starts_with("chs_"));
  EXPECT_EQ(TokenDigest(kSessionTokenPrefix, token), Sha256(token));
}

TEST(SecretToken, IsRandom) {
  EXPECT_NE(GenerateToken(kSessionTokenPrefix), GenerateToken(kSessionTokenPrefix));
}

TEST(SecretToken, RefusesOtherForms) {
  const std::string token = GenerateToken(kSessionTokenPrefix);
  EXPECT_EQ(TokenDigest(kSessionTokenPrefix, ""), std::nullopt);
  EXPECT_EQ(TokenDigest(kSessionTokenPrefix, "chs_"), std::nullopt);
  EXPECT_EQ(TokenDigest(kSessionTokenPrefix, token.substr(0, 46)), std::nullopt);
  EXPECT_EQ(TokenDigest(kSessionTokenPrefix, token + "A"), std::nullopt);
  EXPECT_EQ(TokenDigest(kSessionTokenPrefix, "chx" + token.substr(3)), std::nullopt);
  for (const char bad : {'=', '+', '/', ' ', '\0', '\n', '\xff', '\''}) {
    std::string broken = token;
    broken[20] = bad;
    EXPECT_EQ(TokenDigest(kSessionTokenPrefix, broken), std::nullopt) << bad;
  }
}

}  // namespace
}  // namespace chatter
