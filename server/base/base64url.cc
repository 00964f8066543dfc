#include "server/base/base64url.h"

#include "absl/strings/escaping.h"

namespace chatter {

std::optional<std::string> DecodeBase64Url(std::string_view text) {
  std::string bytes;
  // Lenient: it takes padding, white space and left-over bits.
  if (!absl::WebSafeBase64Unescape({text.data(), text.size()}, &bytes)) return std::nullopt;
  if (absl::WebSafeBase64Escape(bytes) != text) return std::nullopt;
  return bytes;
}

}  // namespace chatter
