// A key that signatures of JSON Web Tokens are verified with, and for which algorithm it is.
//
// Immutable and thread-safe. The cryptography is OpenSSL's. Secrets (HS256) stay in memory.
#ifndef CHATTER_SERVER_IDENTITY_JWS_KEY_H_
#define CHATTER_SERVER_IDENTITY_JWS_KEY_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "server/base/crypto.h"

struct evp_pkey_st;  // OpenSSL's

namespace chatter::identity {

// RFC 7518 and 8037. A key is for exactly one of them. The key's type tells which; a token never
// does.
enum class JwsAlgorithm : uint8_t { kHs256, kRs256, kEs256, kEdDsa };

// "HS256" and so on; nullopt: none of them.
std::optional<JwsAlgorithm> ParseJwsAlgorithm(std::string_view name);

class JwsKey {
 public:
  // Bounds of keys: what is weaker gives no security, what is larger takes too long.
  static constexpr size_t kMinSecretBytes = 32;
  static constexpr int kMinRsaBits = 2'048;
  static constexpr int kMaxRsaBits = 8'192;

  // Each takes numbers as big-endian bytes. Errors: INVALID_ARGUMENT, with what is wrong with the
  // key.
  static absl::StatusOr<JwsKey> Hs256(std::string_view secret);
  static absl::StatusOr<JwsKey> Rs256(std::string_view modulus, std::string_view exponent);
  static absl::StatusOr<JwsKey> Es256(std::string_view x, std::string_view y);
  static absl::StatusOr<JwsKey> Ed25519(std::string_view x);

  JwsAlgorithm algorithm() const { return algorithm_; }
  // The `kid`, if the key has one.
  const std::optional<std::string>& id() const { return id_; }
  void set_id(std::optional<std::string> id) { id_ = std::move(id); }

  // Whether `signature`, in the form of RFC 7518, was made over `text` with this key.
  bool Verify(std::string_view text, std::string_view signature) const;

  // Differs between any two keys, of whatever type. It gives no secret away, but isn't to be shown.
  const Sha256Digest& thumbprint() const { return thumbprint_; }

 private:
  using PublicKey = std::shared_ptr<evp_pkey_st>;

  JwsKey(JwsAlgorithm algorithm, std::string_view material);

  JwsAlgorithm algorithm_;
  std::optional<std::string> id_;
  Sha256Digest thumbprint_;
  std::string secret_;    // HS256
  PublicKey public_key_;  // the others
};

}  // namespace chatter::identity

#endif  // CHATTER_SERVER_IDENTITY_JWS_KEY_H_
