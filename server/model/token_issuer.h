// Whose JSON Web Tokens a tenant accepts. A plain value.
#ifndef CHATTER_SERVER_MODEL_TOKEN_ISSUER_H_
#define CHATTER_SERVER_MODEL_TOKEN_ISSUER_H_

#include <string>

#include "absl/time/time.h"

namespace chatter {

struct TokenIssuer {
  std::string issuer;    // the `iss` of its tokens
  std::string audience;  // one of the `aud` of those that are meant for us
  // One of the two: the public keys themselves, or where they are.
  std::string jwks = {};
  std::string jwks_uri = {};
  // Users that the tenant doesn't have yet are created when their first token comes.
  bool create_users = false;
  absl::Time created_at = absl::InfinitePast();
  std::string user_claim = {};  // which is the user's id; empty: `sub`
  bool audience_may_be_absent = false;
};

}  // namespace chatter

#endif  // CHATTER_SERVER_MODEL_TOKEN_ISSUER_H_
