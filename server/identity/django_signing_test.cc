#include "server/identity/django_signing.h"

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace chatter::identity {
namespace {

// Made by Django 3.2.25 and, the same, by Django 5.2.19, with SECRET_KEY = "an application's key",
// the clock at 1,700,000,000, and the session's salt:
//   signing.dumps(session, salt="django.contrib.sessions.SessionStore", compress=True)
// where the session is a login of user 7 whose password field is "pbkdf2_sha256$x$y$z".
constexpr char kSession[] =
    ".eJxVjEEOwiAQRe_C2hApU6Z16b5nIAwzSNXQpLQr492VpAvd_vfefykf9i37vcrqZ1YXher0u1GIDykN8D2U26LjUrZ1J"
    "t0UfdCqp4XleT3cv4Mcam61idILOArWwpDYdDacEWFAtmA6BAJOKZnRjcRWRBiQ6OtEw73DqN4f7yo4ZQ:1r31eq:wdoJZ"
    "rb3uW0N95thm4H9DwgbJv0-xODeFBmV5xiKjpI";
// signing.dumps({"a": 1}, salt=...)
constexpr char kPlain[] = "eyJhIjoxfQ:1r31eq:pvffL_HJ_niO9PlA2ccRcCm-jcN5Ob6QUQjzqusU0gs";
// signing.dumps({"a": "x" * 70_000}, salt=..., compress=True)
constexpr char kBomb[] =
    ".eJztwUENADAIBDAvJwM3c0FC8D4TPNtOXioNAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAJzLfpf_Nhw:1r31eq:2Q5qvPxnA-ixIuL-wnEwVzb4JnRiYa-vzpBO9ANfxQ4";
// signing.dumps({"a": "x" * (65_536 - 8)}, salt=..., compress=True): as much as is read.
constexpr char kLargest[] =
    ".eJztwQENADAIAzAvk4GbuyAheL8Q2k5eKg0AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
    "AAAAAAAAAAAAAAAAAAAAAAAAMBp2Q8n6AVk:1r31eq:YmY7ffivB_cAkcEB-JFupUB38eu3GYPew3XVY4pYMkM";
constexpr char kAuthHash[] = "d1ce5e46ba3348fd123a077487d341274b4dfff1969bd3eeed47bb3a0c1d567c";
constexpr char kPassword[] = "pbkdf2_sha256$x$y$z";

constexpr char kSalt[] = "django.contrib.sessions.SessionStore";
const DjangoSecretKeys kKeys = {"an application's key"};

std::optional<DjangoSigned> Verify(std::string_view text, const DjangoSecretKeys& keys = kKeys) {
  return VerifyDjangoSigned(text, kSalt, keys);
}

TEST(DjangoSigningTest, ReadsWhatDjangoWrote) {
  const auto session = Verify(kSession);
  ASSERT_TRUE(session.has_value());
  EXPECT_EQ(session->signed_at, absl::FromUnixSeconds(1'700'000'000));
  const auto login = ReadDjangoLogin(session->json);
  ASSERT_TRUE(login.has_value());
  EXPECT_EQ(login->user_key, "7");
  EXPECT_EQ(login->auth_hash, kAuthHash);
  EXPECT_TRUE(VerifyDjangoAuthHash(login->auth_hash, kPassword, kKeys));
}

TEST(DjangoSigningTest, ReadsWhatIsNotCompressed) {
  ASSERT_TRUE(Verify(kPlain).has_value());
  EXPECT_EQ(Verify(kPlain)->json, R"({"a":1})");
}

TEST(DjangoSigningTest, RefusesEveryChange) {
  const std::string text = kPlain;
  for (size_t i = 0; i < text.size(); ++i) {
    for (const char other : {'A', ':', '.', '\0', '\xff'}) {
      std::string changed = text;
      if (changed[i] == other) continue;
      changed[i] = other;
      EXPECT_FALSE(Verify(changed).has_value()) << i;
    }
    EXPECT_FALSE(Verify(text.substr(0, i)).has_value()) << i;
  }
  EXPECT_FALSE(Verify(text + "A").has_value());
  EXPECT_FALSE(Verify(text + "=").has_value());
  EXPECT_FALSE(Verify("x" + text).has_value());
}

TEST(DjangoSigningTest, AcceptsFallbackKeys) {
  EXPECT_TRUE(Verify(kPlain, {"a new key", "an application's key"}).has_value());
  EXPECT_TRUE(VerifyDjangoAuthHash(kAuthHash, kPassword, {"a new key", "an application's key"}));
  EXPECT_FALSE(Verify(kPlain, {"a new key"}).has_value());
  EXPECT_FALSE(VerifyDjangoAuthHash(kAuthHash, kPassword, {"a new key"}));
  EXPECT_FALSE(Verify(kPlain, {}).has_value());
}

TEST(DjangoSigningTest, RefusesAnotherSalt) {
  EXPECT_FALSE(
      VerifyDjangoSigned(kPlain, "django.contrib.sessions.backends.signed_cookies", kKeys));
}

TEST(DjangoSigningTest, BoundsWhatItUnpacks) {
  ASSERT_TRUE(Verify(kLargest).has_value());
  EXPECT_EQ(Verify(kLargest)->json.size(), kMaxDjangoSignedBytes);
  EXPECT_FALSE(Verify(kBomb).has_value());
  EXPECT_FALSE(Verify(std::string(kMaxDjangoSignedBytes + 1, 'x')).has_value());
}

TEST(DjangoSigningTest, RefusesAnotherPassword) {
  EXPECT_FALSE(VerifyDjangoAuthHash(kAuthHash, "pbkdf2_sha256$x$y$Z", kKeys));
  EXPECT_FALSE(VerifyDjangoAuthHash(kAuthHash, "", kKeys));
  EXPECT_FALSE(VerifyDjangoAuthHash("", kPassword, kKeys));
  EXPECT_FALSE(VerifyDjangoAuthHash("d1ce", kPassword, kKeys));
}

TEST(DjangoSigningTest, ReadsALoginAmongWhateverPythonWrites) {
  const std::string digits(1'000, '9');
  for (const std::string& other :
       {std::string("NaN"), std::string("[Infinity, -Infinity]"), std::string(R"("\ud83c")"),
        std::string(R"({"\udf0d": 1, "\udf0d": 2})"), std::string("1e400"), digits, "-" + digits}) {
    const auto login = ReadDjangoLogin(
        absl::StrCat(R"({"cart": )", other, R"(, "_auth_user_id": "7", "_auth_user_hash": "x"})"));
    ASSERT_TRUE(login.has_value()) << other;
    EXPECT_EQ(login->user_key, "7");
  }
  EXPECT_EQ(ReadDjangoLogin(R"({"_auth_user_id":"7","_auth_user_id":"8","_auth_user_hash":"x"})")
                ->user_key,
            "8");
}

TEST(DjangoSigningTest, ReadsALoginOnlyWhereThereIsOne) {
  EXPECT_TRUE(ReadDjangoLogin(R"({"_auth_user_id": "7", "_auth_user_hash": "x", "cart": [1]})"));
  for (const char* json : {
           "",
           "{",
           "null",
           "[]",
           "7",
           "\"x\"",
           "{}",
           "\xff",
           R"({"cart": [1]})",
           R"({"_auth_user_id": "7"})",
           R"({"_auth_user_hash": "x"})",
           R"({"_auth_user_id": 7, "_auth_user_hash": "x"})",
           R"({"_auth_user_id": "", "_auth_user_hash": "x"})",
           R"({"_auth_user_id": "7\u0000", "_auth_user_hash": "x"})",
           R"({"_auth_user_id": "7", "_auth_user_hash": null})",
       }) {
    EXPECT_FALSE(ReadDjangoLogin(json).has_value()) << json;
  }
  const std::string json = R"({"_auth_user_id": "$", "_auth_user_hash": "x"})";
  EXPECT_TRUE(ReadDjangoLogin(absl::StrReplaceAll(json, {{"$", std::string(600, '7')}})));
  EXPECT_FALSE(ReadDjangoLogin(absl::StrReplaceAll(json, {{"$", std::string(601, '7')}})));
}

}  // namespace
}  // namespace chatter::identity
