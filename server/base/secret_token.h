// Tokens of Chatter's own making: a prefix that tells their kind, and 32 random bytes in unpadded
// base64url, 47 characters in all.
//
// A token is secret: it is shown to its owner once and never logged or stored; its digest is.
#ifndef CHATTER_SERVER_BASE_SECRET_TOKEN_H_
#define CHATTER_SERVER_BASE_SECRET_TOKEN_H_

#include <optional>
#include <string>
#include <string_view>

#include "server/base/crypto.h"

namespace chatter {

// What tokens of a kind begin with, and no other kind of credential does.
inline constexpr std::string_view kSessionTokenPrefix = "chs_";
inline constexpr std::string_view kApiKeyPrefix = "chk_";

std::string GenerateToken(std::string_view prefix);

// The SHA-256 of the whole token: the id of what it stands for. nullopt: not the form of a token.
std::optional<Sha256Digest> TokenDigest(std::string_view prefix, std::string_view token);

}  // namespace chatter

#endif  // CHATTER_SERVER_BASE_SECRET_TOKEN_H_
