// For tests: private keys, and tokens signed with them.
#ifndef CHATTER_SERVER_IDENTITY_TEST_TOKENS_H_
#define CHATTER_SERVER_IDENTITY_TEST_TOKENS_H_

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace chatter::identity {

inline std::string Base64Url(std::string_view bytes) {
  return absl::WebSafeBase64Escape(absl::string_view(bytes.data(), bytes.size()));
}

class TestKey {
 public:
  static TestKey Hs256(std::string secret) { return {"HS256", std::move(secret), nullptr}; }
  static TestKey Rs256(unsigned bits = 2'048) {
    return {"RS256", "", EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", size_t{bits})};
  }
  static TestKey Es256() {
    return {"ES256", "", EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256")};
  }
  static TestKey Ed25519() { return {"EdDSA", "", EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519")}; }

  const std::string& algorithm() const { return algorithm_; }

  // The public half as a JWK (or the secret), with `extra` members such as R"("kid":"a",)".
  std::string Jwk(std::string_view extra = "") const {
    const absl::string_view more(extra.data(), extra.size());
    if (algorithm_ == "HS256") {
      return absl::StrCat("{", more, R"("kty":"oct","k":")", Base64Url(secret_), R"("})");
    }
    if (algorithm_ == "RS256") {
      return absl::StrCat("{", more, R"("kty":"RSA","n":")", Number(OSSL_PKEY_PARAM_RSA_N, 0),
                          R"(","e":")", Number(OSSL_PKEY_PARAM_RSA_E, 0), R"("})");
    }
    if (algorithm_ == "ES256") {
      return absl::StrCat("{", more, R"("kty":"EC","crv":"P-256","x":")",
                          Number(OSSL_PKEY_PARAM_EC_PUB_X, 32), R"(","y":")",
                          Number(OSSL_PKEY_PARAM_EC_PUB_Y, 32), R"("})");
    }
    std::string raw(32, '\0');
    size_t size = raw.size();
    Check(EVP_PKEY_get_raw_public_key(key_.get(), Data(raw), &size) == 1);
    return absl::StrCat("{", more, R"("kty":"OKP","crv":"Ed25519","x":")", Base64Url(raw), R"("})");
  }

  // In the form of RFC 7518.
  std::string Sign(const std::string& text) const {
    if (algorithm_ == "HS256") return Hmac(secret_, text);
    EVP_MD_CTX* const context = EVP_MD_CTX_new();
    const EVP_MD* const digest = algorithm_ == "EdDSA" ? nullptr : EVP_sha256();
    Check(EVP_DigestSignInit(context, nullptr, digest, nullptr, key_.get()) == 1);
    std::string signature(1'024, '\0');
    size_t size = signature.size();
    Check(EVP_DigestSign(context, Data(signature), &size,
                         reinterpret_cast<const unsigned char*>(text.data()), text.size()) == 1);
    EVP_MD_CTX_free(context);
    signature.resize(size);
    return algorithm_ == "ES256" ? FromDer(signature) : signature;
  }

  // Header and claims are JSON.
  std::string Token(std::string_view header, std::string_view claims) const {
    const std::string text = absl::StrCat(Base64Url(header), ".", Base64Url(claims));
    return absl::StrCat(text, ".", Base64Url(Sign(text)));
  }
  // With a header that names the algorithm alone.
  std::string Token(std::string_view claims) const {
    return Token(absl::StrCat(R"({"alg":")", algorithm_, R"("})"), claims);
  }

  static std::string Hmac(const std::string& secret, const std::string& text) {
    std::string signature(32, '\0');
    unsigned int size = 0;
    HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
         reinterpret_cast<const unsigned char*>(text.data()), text.size(), Data(signature), &size);
    return signature;
  }

 private:
  TestKey(std::string algorithm, std::string secret, EVP_PKEY* key)
      : algorithm_(std::move(algorithm)), secret_(std::move(secret)), key_(key, EVP_PKEY_free) {}

  static void Check(bool right) {
    if (!right) std::abort();
  }
  static unsigned char* Data(std::string& text) {
    return reinterpret_cast<unsigned char*>(text.data());
  }
  std::string Number(const char* name, int size) const {
    BIGNUM* number = nullptr;
    Check(EVP_PKEY_get_bn_param(key_.get(), name, &number) == 1);
    std::string bytes(static_cast<size_t>(size == 0 ? BN_num_bytes(number) : size), '\0');
    BN_bn2binpad(number, Data(bytes), static_cast<int>(bytes.size()));
    BN_free(number);
    return Base64Url(bytes);
  }
  static std::string FromDer(const std::string& der) {
    const auto* begin = reinterpret_cast<const unsigned char*>(der.data());
    ECDSA_SIG* const pair = d2i_ECDSA_SIG(nullptr, &begin, static_cast<long>(der.size()));
    std::string raw(64, '\0');
    BN_bn2binpad(ECDSA_SIG_get0_r(pair), Data(raw), 32);
    BN_bn2binpad(ECDSA_SIG_get0_s(pair), Data(raw) + 32, 32);
    ECDSA_SIG_free(pair);
    return raw;
  }

  std::string algorithm_;
  std::string secret_;
  std::shared_ptr<EVP_PKEY> key_;
};

// A key set of these JWKs.
inline std::string Jwks(std::initializer_list<std::string> keys) {
  std::string all;
  for (const std::string& key : keys) absl::StrAppend(&all, all.empty() ? "" : ",", key);
  return absl::StrCat(R"({"keys":[)", all, "]}");
}

}  // namespace chatter::identity

#endif  // CHATTER_SERVER_IDENTITY_TEST_TOKENS_H_
