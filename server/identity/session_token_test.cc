#include "server/identity/session_token.h"

#include <gtest/gtest.h>

namespace chatter::identity {
namespace {

TEST(SessionToken, HasItsForm) {
  const std::string token = GenerateSessionToken();
  EXPECT_EQ(token.size(), 47u);
  EXPECT_TRUE(token.starts_with("chs_"));
  EXPECT_EQ(SessionTokenDigest(token), Sha256(token));
}

TEST(SessionToken, IsRandom) { EXPECT_NE(GenerateSessionToken(), GenerateSessionToken()); }

TEST(SessionToken, RefusesOtherForms) {
  const std::string token = GenerateSessionToken();
  EXPECT_EQ(SessionTokenDigest(""), std::nullopt);
  EXPECT_EQ(SessionTokenDigest("chs_"), std::nullopt);
  EXPECT_EQ(SessionTokenDigest(token.substr(0, 46)), std::nullopt);
  EXPECT_EQ(SessionTokenDigest(token + "A"), std::nullopt);
  EXPECT_EQ(SessionTokenDigest("chx" + token.substr(3)), std::nullopt);
  for (const char bad : {'=', '+', '/', ' ', '\0', '\n', '\xff', '\''}) {
    std::string broken = token;
    broken[20] = bad;
    EXPECT_EQ(SessionTokenDigest(broken), std::nullopt) << bad;
  }
}

}  // namespace
}  // namespace chatter::identity
