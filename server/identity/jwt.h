// JSON Web Tokens (RFC 7519) in the compact form of a signature (RFC 7515): reading and checking.
//
// Pure functions. Knows nothing of tenants and of where keys come from. The messages of errors are
// for the server's log and for tests; they hold nothing of the token, and clients don't see them.
#ifndef CHATTER_SERVER_IDENTITY_JWT_H_
#define CHATTER_SERVER_IDENTITY_JWT_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/identity/jws_key.h"

namespace chatter::identity {

inline constexpr size_t kMaxJwtBytes = 8'192;

// The longest `iss`.
inline constexpr size_t kMaxIssuerBytes = 512;

// Whether this can be an issuer or an audience: 1 to kMaxIssuerBytes bytes of UTF-8 without control
// characters.
bool IsIssuerName(std::string_view text);

// Whether `text` has the look of a token: three parts with a dot between each two.
bool LooksLikeJwt(std::string_view text);

// What a token says. Nothing of it is proven until VerifyJwt says so.
struct Jwt {
  // The header.
  JwsAlgorithm algorithm = JwsAlgorithm::kHs256;
  std::optional<std::string> key_id = {};
  // What is signed, and with what.
  std::string signed_text = {};
  std::string signature = {};
  // The claims.
  std::string issuer = {};
  std::optional<std::vector<std::string>> audiences = {};  // nullopt: there is no `aud`
  std::string claims = {};                                 // all of them, as JSON
  std::string display_name = {};  // `name`, cut to what a display name may be; may be empty
  absl::Time expires_at;
  absl::Time not_before = absl::InfinitePast();
};

// Errors: INVALID_ARGUMENT: more than kMaxJwtBytes; not three parts of strict base64url; a header
// or claims that aren't a JSON object or name a member twice; an algorithm other than the four (so
// `none`); a `crit`; no `iss` or `exp`; an `iss`, `aud`, `exp` or `nbf` that isn't what it must be.
absl::StatusOr<Jwt> ParseJwt(std::string_view token);

// The user's id: the value of this claim, a text or a number from 0 to 2^63 - 1.
// Errors: UNAUTHENTICATED: there is no such claim, or it is no user's id.
absl::StatusOr<std::string> UserIdIn(const Jwt& jwt, std::string_view claim);

struct JwtExpectations {
  std::string_view issuer;
  std::string_view audience;
  absl::Time now;
  absl::Duration leeway;  // by which the issuer's clock may differ from ours
  bool audience_may_be_absent = false;
};

// OK when the token is signed with `key`, names the expected issuer and audience, and is valid now.
// Errors: UNAUTHENTICATED.
absl::Status VerifyJwt(const Jwt& jwt, const JwsKey& key, const JwtExpectations& expected);

}  // namespace chatter::identity

#endif  // CHATTER_SERVER_IDENTITY_JWT_H_
