#include "server/chat/page_token.h"

#include "absl/strings/escaping.h"
#include "absl/strings/string_view.h"

namespace chatter::chat {
namespace {

constexpr char kVersion = '1';
constexpr size_t kHeaderBytes = 2;

}  // namespace

std::string MakePageToken(PageKind kind, std::string_view place) {
  std::string plain{static_cast<char>(kind), kVersion};
  plain.append(place);
  return absl::WebSafeBase64Escape(plain);
}

std::optional<std::string> ReadPageToken(PageKind kind, std::string_view token) {
  if (token.size() > kMaxPageTokenBytes) return std::nullopt;
  std::string plain;
  if (!absl::WebSafeBase64Unescape(absl::string_view(token.data(), token.size()), &plain)) {
    return std::nullopt;
  }
  if (plain.size() < kHeaderBytes || plain[0] != static_cast<char>(kind) || plain[1] != kVersion) {
    return std::nullopt;
  }
  return plain.substr(kHeaderBytes);
}

}  // namespace chatter::chat
