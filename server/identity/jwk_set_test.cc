#include "server/identity/jwk_set.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "server/identity/test_tokens.h"

namespace chatter::identity {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr char kSecret[] = "a secret of thirty-two bytes or more";

JwkSet Parse(const std::string& text, JwkSet::Secrets secrets = JwkSet::Secrets::kAllowed) {
  auto set = JwkSet::Parse(text, secrets);
  EXPECT_TRUE(set.ok()) << set.status();
  return set.ok() ? *std::move(set) : JwkSet();
}

// What is wrong with the only key of a set.
std::string ProblemOf(const std::string& jwk) {
  const JwkSet set = Parse(Jwks({jwk}));
  EXPECT_THAT(set.keys(), IsEmpty()) << jwk;
  return set.problems().empty() ? "" : set.problems().front();
}

TEST(JwkSetTest, ReadsAllFourTypesAndVerifiesWithThem) {
  for (const TestKey& key :
       {TestKey::Hs256(kSecret), TestKey::Rs256(), TestKey::Es256(), TestKey::Ed25519()}) {
    const JwkSet set = Parse(Jwks({key.Jwk(R"("kid":"one","use":"sig",)")}));
    ASSERT_EQ(set.keys().size(), 1u) << key.algorithm() << testing::PrintToString(set.problems());
    const JwsKey& parsed = set.keys()[0];
    EXPECT_EQ(parsed.algorithm(), ParseJwsAlgorithm(key.algorithm()));
    EXPECT_EQ(parsed.id(), "one");
    std::string signature = key.Sign("text");
    EXPECT_TRUE(parsed.Verify("text", signature)) << key.algorithm();
    EXPECT_FALSE(parsed.Verify("texts", signature)) << key.algorithm();
    EXPECT_FALSE(parsed.Verify("text", signature + "x")) << key.algorithm();
    EXPECT_FALSE(parsed.Verify("text", "")) << key.algorithm();
    EXPECT_FALSE(parsed.Verify("text", std::string(64, '\0'))) << key.algorithm();
    signature[5] = static_cast<char>(signature[5] ^ 1);
    EXPECT_FALSE(parsed.Verify("text", signature)) << key.algorithm();
  }
}

TEST(JwkSetTest, TakesSecretsOnlyWhereTheyAreAllowed) {
  const std::string text = Jwks({TestKey::Hs256(kSecret).Jwk(), TestKey::Ed25519().Jwk()});
  const JwkSet set = Parse(text, JwkSet::Secrets::kRefused);
  EXPECT_EQ(set.keys().size(), 1u);
  EXPECT_THAT(set.problems(), ElementsAre(HasSubstr("keys[0]: a secret")));
}

TEST(JwkSetTest, RefusesWeakKeys) {
  EXPECT_THAT(ProblemOf(TestKey::Hs256(std::string(31, 'x')).Jwk()), HasSubstr("at least 32"));
  EXPECT_THAT(ProblemOf(TestKey::Rs256(1'024).Jwk()), HasSubstr("at least 2048"));
  EXPECT_THAT(
      ProblemOf(R"({"kty":"RSA","e":"AQAB","n":")" + Base64Url(std::string(1'025, '\x81')) + "\"}"),
      HasSubstr("at most 8192"));
  const std::string modulus = Base64Url(std::string(256, '\x81'));
  EXPECT_THAT(ProblemOf(R"({"kty":"RSA","e":"AQ","n":")" + modulus + "\"}"), HasSubstr("exponent"));
  EXPECT_THAT(ProblemOf(R"({"kty":"RSA","e":"AQAA","n":")" + modulus + "\"}"),
              HasSubstr("exponent"));
}

TEST(JwkSetTest, RefusesPointsThatAreNotOnTheCurve) {
  const std::string x = Base64Url(std::string(32, '\x01'));
  EXPECT_THAT(ProblemOf(R"({"kty":"EC","crv":"P-256","x":")" + x + R"(","y":")" + x + "\"}"),
              HasSubstr("aren't a point"));
}

TEST(JwkSetTest, LeavesOutWhatItCanNotUse) {
  const std::string good = TestKey::Ed25519().Jwk();
  for (const char* jwk :
       {"1", "{}", R"({"kty":"oct"})", R"({"kty":"oct","k":"="})", R"({"kty":"RSA","n":"AQAB"})",
        R"({"kty":"EC","crv":"P-384","x":"AQ","y":"AQ"})", R"({"kty":"EC","crv":"P-256","x":"AQ"})",
        R"({"kty":"OKP","crv":"X25519","x":"AQ"})", R"({"kty":"OKP","crv":"Ed25519","x":"AQ"})",
        R"({"kty":["RSA"]})"}) {
    const JwkSet set = Parse(Jwks({jwk, good}));
    EXPECT_EQ(set.keys().size(), 1u) << jwk;
    EXPECT_THAT(set.problems(), ElementsAre(HasSubstr("keys[0]"))) << jwk;
  }
}

TEST(JwkSetTest, ChecksWhatAKeyIsFor) {
  const TestKey key = TestKey::Ed25519();
  EXPECT_THAT(ProblemOf(key.Jwk(R"("use":"enc",)")), HasSubstr("`use`"));
  EXPECT_THAT(ProblemOf(key.Jwk(R"("alg":"RS256",)")), HasSubstr("`alg`"));
  EXPECT_THAT(ProblemOf(key.Jwk(R"("alg":"none",)")), HasSubstr("`alg`"));
  EXPECT_THAT(ProblemOf(key.Jwk(R"("kid":7,)")), HasSubstr("`kid`"));
  EXPECT_THAT(ProblemOf(key.Jwk(R"("d":"AQ",)")), HasSubstr("private half"));
}

TEST(JwkSetTest, FindsTheKeyOfAToken) {
  const JwkSet set =
      Parse(Jwks({TestKey::Ed25519().Jwk(R"("kid":"a",)"), TestKey::Ed25519().Jwk(R"("kid":"b",)"),
                  TestKey::Es256().Jwk(R"("kid":"a",)")}));
  ASSERT_EQ(set.keys().size(), 3u);
  EXPECT_EQ(set.Find(JwsAlgorithm::kEdDsa, "a"), &set.keys()[0]);
  EXPECT_EQ(set.Find(JwsAlgorithm::kEdDsa, "b"), &set.keys()[1]);
  EXPECT_EQ(set.Find(JwsAlgorithm::kEs256, "a"), &set.keys()[2]);
  EXPECT_EQ(set.Find(JwsAlgorithm::kEs256, std::nullopt), &set.keys()[2]);
  EXPECT_EQ(set.Find(JwsAlgorithm::kEdDsa, std::nullopt), nullptr);  // which of the two?
  EXPECT_EQ(set.Find(JwsAlgorithm::kEdDsa, "c"), nullptr);
  EXPECT_EQ(set.Find(JwsAlgorithm::kRs256, "a"), nullptr);
}

TEST(JwkSetTest, TakesEachIdOnce) {
  const JwkSet set = Parse(
      Jwks({TestKey::Ed25519().Jwk(R"("kid":"a",)"), TestKey::Ed25519().Jwk(R"("kid":"a",)")}));
  EXPECT_EQ(set.keys().size(), 1u);
  EXPECT_THAT(set.problems(), ElementsAre(HasSubstr("keys[1]: its `kid`")));
}

TEST(JwkSetTest, TellsKeysApartByTheirThumbprints) {
  std::set<Sha256Digest> thumbprints;
  for (const TestKey& key : {TestKey::Hs256(kSecret), TestKey::Rs256(), TestKey::Es256(),
                             TestKey::Ed25519(), TestKey::Ed25519()}) {
    thumbprints.insert(Parse(Jwks({key.Jwk()})).keys().at(0).thumbprint());
  }
  EXPECT_EQ(thumbprints.size(), 5u);
}

TEST(JwkSetTest, HasBounds) {
  std::string keys = "1";
  for (size_t i = 1; i < kMaxJwks; ++i) keys += ",1";
  EXPECT_TRUE(JwkSet::Parse("{\"keys\":[" + keys + "]}", JwkSet::Secrets::kAllowed).ok());
  EXPECT_FALSE(JwkSet::Parse("{\"keys\":[" + keys + ",1]}", JwkSet::Secrets::kAllowed).ok());
  const std::string set = R"({"keys":[]})";
  const std::string longest = set + std::string(kMaxJwksBytes - set.size(), ' ');
  EXPECT_TRUE(JwkSet::Parse(longest, JwkSet::Secrets::kAllowed).ok());
  EXPECT_FALSE(JwkSet::Parse(longest + " ", JwkSet::Secrets::kAllowed).ok());
}

TEST(JwkSetTest, RefusesWhatIsNoKeySet) {
  for (const char* text :
       {"", "{}", "[]", R"({"keys":{}})", R"({"keys":[],"keys":[]})", "<html>"}) {
    EXPECT_FALSE(JwkSet::Parse(text, JwkSet::Secrets::kAllowed).ok()) << text;
  }
}

}  // namespace
}  // namespace chatter::identity
