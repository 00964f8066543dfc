// Base64 as JOSE (RFC 7515) wants it: the alphabet that is safe in URLs, without padding.
//
// A pure function.
#ifndef CHATTER_SERVER_BASE_BASE64URL_H_
#define CHATTER_SERVER_BASE_BASE64URL_H_

#include <optional>
#include <string>
#include <string_view>

namespace chatter {

// The bytes that `text` stands for. nullopt: not exactly what encoding them would give, so that no
// two texts stand for the same bytes.
std::optional<std::string> DecodeBase64Url(std::string_view text);

}  // namespace chatter

#endif  // CHATTER_SERVER_BASE_BASE64URL_H_
