// JSON Web Tokens and key sets of strangers. Of all inputs, one alone may verify: the token that we
// signed. And what we sign of a stranger's claims is either refused or within the bounds.
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "server/identity/jwk_set.h"
#include "server/identity/jwt.h"
#include "server/model/validate.h"

namespace {

using chatter::identity::JwkSet;
using chatter::identity::JwsKey;
using chatter::identity::Jwt;
using chatter::identity::JwtExpectations;

const std::string& Secret() {
  static const std::string* const secret = new std::string(32, 'k');
  return *secret;
}

std::string Sign(std::string_view claims) {
  const std::string text =
      absl::StrCat(absl::WebSafeBase64Escape(R"({"alg":"HS256"})"), ".",
                   absl::WebSafeBase64Escape(absl::string_view(claims.data(), claims.size())));
  std::string signature(32, '\0');
  unsigned int size = 0;
  HMAC(EVP_sha256(), Secret().data(), static_cast<int>(Secret().size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(),
       reinterpret_cast<unsigned char*>(signature.data()), &size);
  return absl::StrCat(text, ".", absl::WebSafeBase64Escape(signature));
}

void Require(bool right) {
  if (!right) std::abort();
}

bool Verifies(const Jwt& jwt, const JwtExpectations& expected) {
  static const JwsKey* const key = new JwsKey(*JwsKey::Hs256(Secret()));
  return VerifyJwt(jwt, *key, expected).ok();
}

void TryToken(std::string_view token) {
  // Its text is also in corpus/jwt/token.
  static const std::string* const ours = new std::string(Sign(
      R"({"iss":"https://id.example","aud":"chat","sub":"alice","name":"Alice","exp":1700003600})"));
  const auto jwt = chatter::identity::ParseJwt(token);
  if (!jwt.ok()) return;
  const bool verifies = Verifies(*jwt, {"https://id.example", "chat",
                                        absl::FromUnixSeconds(1'700'000'000), absl::Seconds(60)});
  Require(verifies == (token == *ours));
}

void TryClaims(std::string_view claims) {
  const auto jwt = chatter::identity::ParseJwt(Sign(claims));
  if (!jwt.ok()) return;
  const auto user_id = chatter::identity::UserIdIn(*jwt, "sub");
  Require(!user_id.ok() || chatter::UserIdProblem(*user_id).empty());
  Require(jwt->display_name.size() <= 256);
  Require(chatter::identity::IsIssuerName(jwt->issuer));
  if (!jwt->audiences.has_value() || jwt->audiences->empty()) return;
  const absl::Time now = jwt->expires_at - absl::Seconds(1);
  Require(Verifies(*jwt, {jwt->issuer, jwt->audiences->front(), now, absl::Seconds(60)}) ==
          (jwt->not_before - absl::Seconds(60) <= now));
}

void TryKeys(std::string_view text) {
  const auto keys = JwkSet::Parse(text, JwkSet::Secrets::kAllowed);
  if (!keys.ok()) return;
  Require(keys->keys().size() + keys->problems().size() <= chatter::identity::kMaxJwks);
  for (const JwsKey& key : keys->keys()) {
    Require(!key.Verify("text", "signature"));
    if (key.id().has_value()) Require(keys->Find(key.algorithm(), key.id()) == &key);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  TryToken(input);
  TryClaims(input);
  TryKeys(input);
  return 0;
}
