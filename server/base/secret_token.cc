#include "server/base/secret_token.h"

#include <algorithm>
#include <array>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"

namespace chatter {
namespace {

constexpr size_t kRandomBytes = 32;
constexpr size_t kEncodedChars = 43;  // of kRandomBytes, unpadded

bool IsBase64UrlByte(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_';
}

}  // namespace

std::string GenerateToken(std::string_view prefix) {
  std::array<char, kRandomBytes> random;
  RandomBytes(random.data(), random.size());
  return std::string(prefix) + absl::WebSafeBase64Escape({random.data(), random.size()});
}

std::optional<Sha256Digest> TokenDigest(std::string_view prefix, std::string_view token) {
  if (!token.starts_with(prefix)) return std::nullopt;
  const std::string_view encoded = token.substr(prefix.size());
  if (encoded.size() != kEncodedChars) return std::nullopt;
  if (!std::all_of(encoded.begin(), encoded.end(), IsBase64UrlByte)) return std::nullopt;
  return Sha256(token);
}

}  // namespace chatter
