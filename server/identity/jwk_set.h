// JSON Web Key Sets (RFC 7517): the keys that an issuer signs its tokens with.
//
// Immutable and thread-safe once parsed. Doesn't know where the text comes from.
#ifndef CHATTER_SERVER_IDENTITY_JWK_SET_H_
#define CHATTER_SERVER_IDENTITY_JWK_SET_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "server/identity/jws_key.h"

namespace chatter::identity {

inline constexpr size_t kMaxJwksBytes = 256 << 10;
inline constexpr size_t kMaxJwks = 100;

class JwkSet {
 public:
  enum class Secrets : bool { kRefused, kAllowed };

  // Keys: `oct` (HS256), `RSA` (RS256), `EC` with P-256 (ES256), `OKP` with Ed25519 (EdDSA). Those
  // that can't be used are left out: sets on the web hold keys for other purposes too.
  // Errors: INVALID_ARGUMENT, with one line that says what is wrong: too long, not JSON, no array
  // `keys`, more than kMaxJwks.
  static absl::StatusOr<JwkSet> Parse(std::string_view text, Secrets secrets);

  const std::vector<JwsKey>& keys() const { return keys_; }
  // Why keys were left out, one line for each. Holds nothing of the keys themselves.
  const std::vector<std::string>& problems() const { return problems_; }

  // The key for a token with this header. Without a `kid`, only if there is exactly one for the
  // algorithm. nullptr: none.
  const JwsKey* Find(JwsAlgorithm algorithm, const std::optional<std::string>& id) const;

 private:
  std::vector<JwsKey> keys_;
  std::vector<std::string> problems_;
};

}  // namespace chatter::identity

#endif  // CHATTER_SERVER_IDENTITY_JWK_SET_H_
