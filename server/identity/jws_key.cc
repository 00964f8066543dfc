#include "server/identity/jws_key.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/param_build.h>

#include <array>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/openssl.h"

namespace chatter::identity {
namespace {

constexpr size_t kP256Bytes = 32;  // of a coordinate, and of each half of a signature
constexpr size_t kEd25519Bytes = 32;
constexpr size_t kMaxRsaExponentBytes = 4;

using openssl::Owned;
using BigNumber = Owned<BIGNUM, BN_free>;
using Builder = Owned<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free>;
using Parameters = Owned<OSSL_PARAM, OSSL_PARAM_free>;
using KeyContext = Owned<EVP_PKEY_CTX, EVP_PKEY_CTX_free>;
using DigestContext = Owned<EVP_MD_CTX, EVP_MD_CTX_free>;
using EcdsaSignature = Owned<ECDSA_SIG, ECDSA_SIG_free>;

// OpenSSL's errors wait in a queue of the thread. What is left there, gRPC's TLS on the same thread
// would take for its own.
class ErrorQueueGuard {
 public:
  ErrorQueueGuard() = default;
  ~ErrorQueueGuard() { ERR_clear_error(); }
  ErrorQueueGuard(const ErrorQueueGuard&) = delete;
  ErrorQueueGuard& operator=(const ErrorQueueGuard&) = delete;
};

const unsigned char* Bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

BigNumber ToNumber(std::string_view bytes) {
  return BigNumber(BN_bin2bn(Bytes(bytes), static_cast<int>(bytes.size()), nullptr));
}

// nullptr: not a valid key.
std::shared_ptr<EVP_PKEY> MakePublicKey(const char* type, const Builder& builder) {
  const Parameters parameters(OSSL_PARAM_BLD_to_param(builder.get()));
  const KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
  EVP_PKEY* key = nullptr;
  if (parameters == nullptr || context == nullptr || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters.get()) != 1) {
    return nullptr;
  }
  return {key, EVP_PKEY_free};
}

bool VerifyPublic(EVP_PKEY* key, const EVP_MD* digest, std::string_view text,
                  std::string_view signature) {
  const DigestContext context(EVP_MD_CTX_new());
  return context != nullptr &&
         EVP_DigestVerifyInit(context.get(), nullptr, digest, nullptr, key) == 1 &&
         EVP_DigestVerify(context.get(), Bytes(signature), signature.size(), Bytes(text),
                          text.size()) == 1;
}

// The two numbers, one behind the other, as OpenSSL wants them; empty: not such a signature.
std::string ToDer(std::string_view signature) {
  if (signature.size() != 2 * kP256Bytes) return {};
  BigNumber r = ToNumber(signature.substr(0, kP256Bytes));
  BigNumber s = ToNumber(signature.substr(kP256Bytes));
  const EcdsaSignature pair(ECDSA_SIG_new());
  if (r == nullptr || s == nullptr || pair == nullptr ||
      ECDSA_SIG_set0(pair.get(), r.get(), s.get()) != 1) {
    return {};
  }
  // Now the pair's.
  static_cast<void>(r.release());
  static_cast<void>(s.release());
  unsigned char* der = nullptr;
  const int size = i2d_ECDSA_SIG(pair.get(), &der);
  if (size <= 0) return {};
  std::string out(reinterpret_cast<const char*>(der), static_cast<size_t>(size));
  OPENSSL_free(der);
  return out;
}

bool VerifyHmac(std::string_view secret, std::string_view text, std::string_view signature) {
  Sha256Digest expected;
  unsigned int size = 0;
  if (HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()), Bytes(text), text.size(),
           expected.data(), &size) == nullptr ||
      signature.size() != expected.size()) {
    return false;
  }
  Sha256Digest given;
  std::copy(signature.begin(), signature.end(), given.begin());
  return ConstantTimeEquals(expected, given);
}

}  // namespace

std::optional<JwsAlgorithm> ParseJwsAlgorithm(std::string_view name) {
  if (name == "HS256") return JwsAlgorithm::kHs256;
  if (name == "RS256") return JwsAlgorithm::kRs256;
  if (name == "ES256") return JwsAlgorithm::kEs256;
  if (name == "EdDSA") return JwsAlgorithm::kEdDsa;
  return std::nullopt;
}

JwsKey::JwsKey(JwsAlgorithm algorithm, std::string_view material)
    : algorithm_(algorithm),
      thumbprint_(Sha256(absl::StrCat(static_cast<int>(algorithm), ":",
                                      absl::string_view(material.data(), material.size())))) {}

absl::StatusOr<JwsKey> JwsKey::Hs256(std::string_view secret) {
  if (secret.size() < kMinSecretBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("an HS256 secret must have at least ", kMinSecretBytes, " bytes"));
  }
  JwsKey key(JwsAlgorithm::kHs256, secret);
  key.secret_ = std::string(secret);
  return key;
}

absl::StatusOr<JwsKey> JwsKey::Rs256(std::string_view modulus, std::string_view exponent) {
  const ErrorQueueGuard errors;
  // Before any arithmetic is done with it.
  if (modulus.size() > kMaxRsaBits / 8 || exponent.size() > kMaxRsaExponentBytes) {
    return absl::InvalidArgumentError(absl::StrCat("an RSA key must have at most ", kMaxRsaBits,
                                                   " bits, and an exponent of at most 32"));
  }
  const BigNumber n = ToNumber(modulus);
  const BigNumber e = ToNumber(exponent);
  if (n == nullptr || BN_num_bits(n.get()) < kMinRsaBits || BN_is_odd(n.get()) != 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("an RSA key must have an odd modulus of at least ", kMinRsaBits, " bits"));
  }
  if (e == nullptr || BN_is_odd(e.get()) != 1 || BN_is_one(e.get()) == 1) {
    return absl::InvalidArgumentError("an RSA key's exponent must be odd and at least 3");
  }
  const Builder builder(OSSL_PARAM_BLD_new());
  if (builder == nullptr ||
      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get()) != 1 ||
      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get()) != 1) {
    return absl::InternalError("no RSA key could be made");
  }
  JwsKey key(JwsAlgorithm::kRs256,
             absl::StrCat(absl::string_view(modulus.data(), modulus.size()),
                          absl::string_view(exponent.data(), exponent.size())));
  key.public_key_ = MakePublicKey("RSA", builder);
  if (key.public_key_ == nullptr) return absl::InvalidArgumentError("not a valid RSA key");
  return key;
}

absl::StatusOr<JwsKey> JwsKey::Es256(std::string_view x, std::string_view y) {
  const ErrorQueueGuard errors;
  if (x.size() != kP256Bytes || y.size() != kP256Bytes) {
    return absl::InvalidArgumentError("a P-256 key's coordinates must have 32 bytes each");
  }
  const std::string point = absl::StrCat("\x04", absl::string_view(x.data(), x.size()),
                                         absl::string_view(y.data(), y.size()));
  const Builder builder(OSSL_PARAM_BLD_new());
  if (builder == nullptr ||
      OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0) !=
          1 ||
      OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                       point.size()) != 1) {
    return absl::InternalError("no EC key could be made");
  }
  JwsKey key(JwsAlgorithm::kEs256, point);
  key.public_key_ = MakePublicKey("EC", builder);
  if (key.public_key_ == nullptr) {
    return absl::InvalidArgumentError("the coordinates aren't a point of the curve P-256");
  }
  return key;
}

absl::StatusOr<JwsKey> JwsKey::Ed25519(std::string_view x) {
  const ErrorQueueGuard errors;
  if (x.size() != kEd25519Bytes) {
    return absl::InvalidArgumentError("an Ed25519 key must have 32 bytes");
  }
  JwsKey key(JwsAlgorithm::kEdDsa, x);
  key.public_key_ = PublicKey(
      EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, Bytes(x), x.size()), EVP_PKEY_free);
  if (key.public_key_ == nullptr) return absl::InvalidArgumentError("not a valid Ed25519 key");
  return key;
}

bool JwsKey::Verify(std::string_view text, std::string_view signature) const {
  const ErrorQueueGuard errors;
  switch (algorithm_) {
    case JwsAlgorithm::kHs256:
      return VerifyHmac(secret_, text, signature);
    case JwsAlgorithm::kRs256:
      return VerifyPublic(public_key_.get(), EVP_sha256(), text, signature);
    case JwsAlgorithm::kEs256: {
      const std::string der = ToDer(signature);
      return !der.empty() && VerifyPublic(public_key_.get(), EVP_sha256(), text, der);
    }
    case JwsAlgorithm::kEdDsa:
      return VerifyPublic(public_key_.get(), nullptr, text, signature);
  }
  return false;  // a value that isn't of the enum
}

}  // namespace chatter::identity
