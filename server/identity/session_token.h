// Session tokens: "chs_" and 32 random bytes in unpadded base64url, 47 characters in all.
//
// A token is secret: it is shown to its owner once and never logged or stored; its digest is.
#ifndef CHATTER_SERVER_IDENTITY_SESSION_TOKEN_H_
#define CHATTER_SERVER_IDENTITY_SESSION_TOKEN_H_

#include <optional>
#include <string>
#include <string_view>

#include "server/base/crypto.h"

namespace chatter::identity {

// What every session token begins with, and no other kind of credential does.
inline constexpr std::string_view kSessionTokenPrefix = "chs_";

std::string GenerateSessionToken();

// The SHA-256 of the whole token: the session's id. nullopt: not the form of a token.
std::optional<Sha256Digest> SessionTokenDigest(std::string_view token);

}  // namespace chatter::identity

#endif  // CHATTER_SERVER_IDENTITY_SESSION_TOKEN_H_
