#include "server/identity/jwt.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/identity/jwk_set.h"
#include "server/identity/test_tokens.h"
#include "tests/support/fake_clock.h"

namespace chatter::identity {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr char kClaims[] =
    R"({"iss":"https://id.example","aud":"chat","sub":"alice","name":"Alice","exp":1700003600})";

// `member` replaces the one of that name, or is added.
std::string With(const std::string& name, const std::string& value) {
  std::string claims = "{";
  for (const auto& [key, text] : std::initializer_list<std::pair<std::string, std::string>>{
           {"iss", R"("https://id.example")"},
           {"aud", R"("chat")"},
           {"sub", R"("alice")"},
           {"exp", "1700003600"}}) {
    if (key != name) absl::StrAppend(&claims, "\"", key, "\":", text, ",");
  }
  if (value.empty()) {
    claims.back() = '}';
    return claims;
  }
  return absl::StrCat(claims, "\"", name, "\":", value, "}");
}

class JwtTest : public testing::Test {
 protected:
  static JwsKey Public(const TestKey& key) {
    return JwkSet::Parse(Jwks({key.Jwk()}), JwkSet::Secrets::kAllowed)->keys().at(0);
  }
  // OK, or why the token is refused.
  absl::Status Check(const std::string& token, const JwsKey& key) const {
    const auto jwt = ParseJwt(token);
    if (!jwt.ok()) return jwt.status();
    const absl::Status verdict =
        VerifyJwt(*jwt, key, {"https://id.example", "chat", clock_.Now(), absl::Seconds(60)});
    return verdict.ok() ? UserIdIn(*jwt, "sub").status() : verdict;
  }
  std::string UserId(const std::string& claims, std::string_view claim = "sub") const {
    const auto user_id = UserIdIn(*ParseJwt(ed25519_.Token(claims)), claim);
    return user_id.ok() ? *user_id : "refused: " + std::string(user_id.status().message());
  }
  absl::Status Check(const std::string& claims) const {
    return Check(ed25519_.Token(claims), Public(ed25519_));
  }
  static void ExpectRefused(const absl::Status& status, const std::string& why) {
    EXPECT_THAT(std::string(status.message()), HasSubstr(why));
    EXPECT_FALSE(status.ok());
  }

  test::FakeClock clock_;  // 1'700'000'000
  const TestKey ed25519_ = TestKey::Ed25519();
};

TEST_F(JwtTest, AcceptsAllFourAlgorithms) {
  for (const TestKey& key : {TestKey::Hs256(std::string(32, 's')), TestKey::Rs256(),
                             TestKey::Es256(), TestKey::Ed25519()}) {
    EXPECT_TRUE(Check(key.Token(kClaims), Public(key)).ok()) << key.algorithm();
  }
}

TEST_F(JwtTest, ReadsTheClaims) {
  const auto jwt = ParseJwt(ed25519_.Token(R"({"alg":"EdDSA","kid":"k1","typ":"JWT"})", kClaims));
  ASSERT_TRUE(jwt.ok()) << jwt.status();
  EXPECT_EQ(jwt->algorithm, JwsAlgorithm::kEdDsa);
  EXPECT_EQ(jwt->key_id, "k1");
  EXPECT_EQ(jwt->issuer, "https://id.example");
  EXPECT_THAT(*jwt->audiences, ElementsAre("chat"));
  EXPECT_EQ(*UserIdIn(*jwt, "sub"), "alice");
  EXPECT_EQ(jwt->display_name, "Alice");
  EXPECT_EQ(jwt->expires_at, absl::FromUnixSeconds(1'700'003'600));
}

TEST_F(JwtTest, RefusesTokensWithoutASignature) {
  const std::string header = Base64Url(R"({"alg":"none"})");
  const JwsKey key = Public(ed25519_);
  ExpectRefused(Check(header + "." + Base64Url(kClaims) + ".", key), "`alg`");
  for (const char* name : {"None", "NONE", "hs256", "HS512", "RS512", "PS256", ""}) {
    ExpectRefused(Check(ed25519_.Token(absl::StrCat(R"({"alg":")", name, R"("})"), kClaims), key),
                  "`alg`");
  }
  ExpectRefused(Check(ed25519_.Token("{}", kClaims), key), "`alg`");
  ExpectRefused(Check(ed25519_.Token(R"({"alg":["EdDSA"]})", kClaims), key), "`alg`");
  const std::string token = ed25519_.Token(kClaims);
  ExpectRefused(Check(token.substr(0, token.rfind('.') + 1), key), "signature is wrong");
}

TEST_F(JwtTest, RefusesAPublicKeyUsedAsASecret) {
  const TestKey rsa = TestKey::Rs256();
  // The attacker knows the public key, whatever its form, and signs with it by HS256.
  for (const std::string& secret : {rsa.Jwk(), Jwks({rsa.Jwk()})}) {
    const std::string token = TestKey::Hs256(secret).Token(kClaims);
    ExpectRefused(Check(token, Public(rsa)), "the algorithm isn't the key's");
  }
}

TEST_F(JwtTest, RefusesTheHeaderOfAnotherAlgorithm) {
  const TestKey es256 = TestKey::Es256();
  ExpectRefused(Check(es256.Token(R"({"alg":"RS256"})", kClaims), Public(es256)),
                "the algorithm isn't the key's");
}

TEST_F(JwtTest, RefusesAnotherKeysSignature) {
  ExpectRefused(Check(TestKey::Ed25519().Token(kClaims), Public(ed25519_)), "signature is wrong");
}

TEST_F(JwtTest, RefusesWhatWasChanged) {
  const std::string token = ed25519_.Token(kClaims);
  const std::string forged = Base64Url(With("sub", R"("bob")"));
  const size_t first = token.find('.');
  const size_t second = token.rfind('.');
  ExpectRefused(Check(token.substr(0, first + 1) + forged + token.substr(second), Public(ed25519_)),
                "signature is wrong");
}

TEST_F(JwtTest, RefusesOtherIssuersAndAudiences) {
  ExpectRefused(Check(With("iss", R"("https://other.example")")), "issuer is another");
  ExpectRefused(Check(With("iss", R"("https://id.example/")")), "issuer is another");
  ExpectRefused(Check(With("aud", R"("shop")")), "audience is another");
  ExpectRefused(Check(With("aud", R"(["shop","chatter"])")), "audience is another");
  ExpectRefused(Check(With("aud", "[]")), "audience is another");
  EXPECT_TRUE(Check(With("aud", R"(["shop","chat"])")).ok());
}

TEST_F(JwtTest, ExpiresAfterTheLeeway) {
  EXPECT_TRUE(Check(With("exp", "1699999941")).ok());      // 59 s ago
  EXPECT_TRUE(Check(With("exp", "1699999940.001")).ok());  // 59.999 s ago
  ExpectRefused(Check(With("exp", "1699999940")), "expired");
  const std::string claims = With("exp", "1700000000");
  clock_.Advance(absl::Seconds(59));
  EXPECT_TRUE(Check(claims).ok());
  clock_.Advance(absl::Seconds(1));
  ExpectRefused(Check(claims), "expired");
}

TEST_F(JwtTest, IsNotValidBeforeItsTime) {
  EXPECT_TRUE(Check(With("nbf", "1700000060")).ok());
  ExpectRefused(Check(With("nbf", "1700000061")), "isn't valid yet");
}

TEST_F(JwtTest, RefusesBadTimes) {
  for (const char* time : {"\"1700003600\"", "-1", "1e12", "253402300800", "null", "true", "[]"}) {
    ExpectRefused(Check(With("exp", time)), "`exp`");
    ExpectRefused(Check(With("nbf", time)), "`nbf`");
  }
  ExpectRefused(Check(With("exp", "")), "no `exp`");
}

TEST_F(JwtTest, RefusesBadClaims) {
  ExpectRefused(Check(With("iss", "")), "`iss`");
  ExpectRefused(Check(With("iss", "7")), "`iss`");
  ExpectRefused(Check(With("iss", R"("a\u0000b")")), "`iss`");
  ExpectRefused(Check(With("iss", "\"" + std::string(513, 'i') + "\"")), "`iss`");
  ExpectRefused(Check(With("aud", "")), "`aud`");
  ExpectRefused(Check(With("aud", "7")), "`aud`");
  ExpectRefused(Check(With("aud", R"(["chat",7])")), "`aud`");
  ExpectRefused(Check(With("sub", "")), "`sub`");
  ExpectRefused(Check(With("sub", R"("")")), "`sub`");
  ExpectRefused(Check(With("sub", R"("a\u0000b")")), "`sub`");
  ExpectRefused(Check(With("sub", "\"" + std::string(601, 'a') + "\"")), "`sub`");
  EXPECT_TRUE(Check(With("sub", "\"" + std::string(600, 'a') + "\"")).ok());
}

TEST_F(JwtTest, TakesANumberForItsDigits) {
  for (const char* id : {"0", "42", "9223372036854775807"}) {
    EXPECT_EQ(UserId(With("sub", id)), id);
  }
  for (const char* bad : {"-1", "-0", "42.0", "4.2", "4e1", "9223372036854775808",
                          "18446744073709551616", "true", "null", "[42]", "{}"}) {
    ExpectRefused(Check(With("sub", bad)), "`sub`");
  }
}

TEST_F(JwtTest, TakesAnotherClaimForTheUser) {
  EXPECT_EQ(UserId(With("employee", R"("e-7")"), "employee"), "e-7");
  EXPECT_EQ(UserId(With("employee", "7"), "employee"), "7");
  EXPECT_EQ(UserId(R"({"iss":"i","exp":1,"upn":"a@b.example"})", "upn"), "a@b.example")
      << "there needn't be a `sub` then";
  EXPECT_EQ(UserId(kClaims, "employee"), "refused: there is no `employee`");
  EXPECT_EQ(UserId(With("employee", R"(["e-7"])"), "employee"),
            "refused: `employee` isn't a user id");
  EXPECT_EQ(UserId(With("a.b", R"({"c":"d"})"), "a.b.c"), "refused: there is no `a.b.c`");
}

TEST_F(JwtTest, AnAudienceMayBeAbsentWhereThatIsSaid) {
  const auto check = [&](const std::string& aud, bool may_be_absent) {
    return VerifyJwt(
        *ParseJwt(ed25519_.Token(With("aud", aud))), Public(ed25519_),
        {"https://id.example", "chat", clock_.Now(), absl::Seconds(60), may_be_absent});
  };
  ExpectRefused(check("", false), "there is no `aud`");
  EXPECT_TRUE(check("", true).ok());
  EXPECT_TRUE(check(R"("chat")", true).ok());
  for (const char* other : {R"("shop")", "[]", R"("")"}) {
    ExpectRefused(check(other, true), "the audience is another");
  }
  EXPECT_FALSE(ParseJwt(ed25519_.Token(With("aud", "null"))).ok());
}

TEST_F(JwtTest, RefusesExtensionsThatMustBeUnderstood) {
  ExpectRefused(Check(ed25519_.Token(R"({"alg":"EdDSA","crit":["b64"],"b64":false})", kClaims),
                      Public(ed25519_)),
                "`crit`");
  ExpectRefused(Check(ed25519_.Token(R"({"alg":"EdDSA","crit":[]})", kClaims), Public(ed25519_)),
                "`crit`");
}

TEST_F(JwtTest, RefusesRepeatedMembers) {
  ExpectRefused(
      Check(ed25519_.Token(R"({"alg":"EdDSA","alg":"EdDSA"})", kClaims), Public(ed25519_)),
      "header");
  ExpectRefused(Check(absl::StrCat(R"({"sub":"bob",)", With("x", "1").substr(1))), "claims");
}

TEST_F(JwtTest, RefusesOtherForms) {
  const JwsKey key = Public(ed25519_);
  const std::string token = ed25519_.Token(kClaims);
  ASSERT_TRUE(Check(token, key).ok());
  for (const std::string& text :
       {std::string(), std::string(".."), std::string("..."), token + ".", "." + token, token + "=",
        token + " ", " " + token, token + "\n", token.substr(0, token.size() - 1), token + "A",
        token.substr(0, token.rfind('.')), token + token.substr(token.rfind('.')), "e30" + token}) {
    EXPECT_FALSE(Check(text, key).ok()) << text;
  }
}

TEST_F(JwtTest, RefusesLongTokens) {
  // Padded with white space within the claims, where it is allowed.
  const auto padded = [&](size_t spaces) {
    return ed25519_.Token(std::string(kClaims) + std::string(spaces, ' '));
  };
  size_t spaces = 5'900;
  while (padded(spaces + 1).size() <= kMaxJwtBytes) ++spaces;
  EXPECT_TRUE(Check(padded(spaces), Public(ed25519_)).ok());
  ExpectRefused(Check(padded(spaces + 1), Public(ed25519_)), "too long");
}

TEST_F(JwtTest, ReadsHalfASurrogatePairInAnyClaim) {
  const auto jwt = ParseJwt(ed25519_.Token(With("name", R"("Alice \ud83c")")));
  ASSERT_TRUE(jwt.ok()) << jwt.status();
  EXPECT_EQ(jwt->display_name, "Alice \uFFFD");
  EXPECT_TRUE(Check(With("nickname", R"(["\udf0d"])")).ok());
  EXPECT_TRUE(Check(With("\\ud83c", "1")).ok());
  // A user's id isn't guessed at.
  ExpectRefused(Check(With("sub", R"("a\ud83c")")), "`sub`");
  EXPECT_TRUE(Check(With("sub", R"("a\ufffd")")).ok());
}

TEST_F(JwtTest, RefusesWhatIsNotJson) {
  for (const char* value : {"NaN", "-Infinity", "\"\xff\"", "\"\xed\xa0\xbc\""}) {
    ExpectRefused(Check(With("nickname", value)), "JSON");
  }
}

TEST_F(JwtTest, CutsNamesToWholeCharacters) {
  const auto name_of = [&](const std::string& name) {
    return ParseJwt(ed25519_.Token(With("name", name)))->display_name;
  };
  EXPECT_EQ(name_of("\"" + std::string(300, 'n') + "\""), std::string(256, 'n'));
  EXPECT_EQ(name_of("\"" + std::string(255, 'n') + "\xc3\xa4\""), std::string(255, 'n'));
  EXPECT_EQ(name_of("\"" + std::string(254, 'n') + "\xc3\xa4\""),
            std::string(254, 'n') + "\xc3\xa4");
  EXPECT_EQ(name_of(R"("a\nb")"), "");
  EXPECT_EQ(name_of("7"), "");
}

}  // namespace
}  // namespace chatter::identity
