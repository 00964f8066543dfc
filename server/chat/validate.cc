#include "server/chat/validate.h"

#include <algorithm>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "server/chat/text.h"

namespace chatter::chat {
namespace {

bool IsPlainText(std::string_view text, size_t min_bytes, size_t max_bytes) {
  return text.size() >= min_bytes && text.size() <= max_bytes && IsUtf8(text) &&
         !HasControlCharacters(text);
}

bool IsDomainByte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-';
}

}  // namespace

std::string_view UserIdProblem(std::string_view user_id) {
  if (IsPlainText(user_id, 1, 128)) return {};
  return "must be 1 to 128 bytes of UTF-8 without control characters";
}

std::string_view UserIdPrefixProblem(std::string_view prefix) {
  if (IsPlainText(prefix, 0, 128)) return {};
  return "must be at most 128 bytes of UTF-8 without control characters";
}

std::string_view DisplayNameProblem(std::string_view display_name) {
  if (IsPlainText(display_name, 0, 256)) return {};
  return "must be at most 256 bytes of UTF-8 without control characters";
}

std::string_view ClientMessageIdProblem(std::string_view id) {
  if (IsPlainText(id, 1, 64)) return {};
  return "must be 1 to 64 bytes of UTF-8 without control characters";
}

std::string_view TextProblem(std::string_view text) {
  const bool fits = !text.empty() && text.size() <= 16'384;
  // PostgreSQL can't store a NUL in text.
  if (fits && text.find('\0') == std::string_view::npos && IsUtf8(text)) return {};
  return "must be 1 to 16384 bytes of UTF-8 without NUL";
}

std::string_view DomainProblem(std::string_view domain) {
  const bool fits = !domain.empty() && domain.size() <= 253;
  if (fits && std::all_of(domain.begin(), domain.end(), IsDomainByte)) return {};
  return "must be 1 to 253 bytes of lower-case letters, digits, `.` and `-`";
}

std::string_view SessionTtlProblem(absl::Duration ttl) {
  if (ttl >= absl::Seconds(1) && ttl <= absl::Hours(24) * 365) return {};
  return "must be 1 second to 365 days";
}

void AddProblem(std::string_view field, std::string_view problem, FieldViolations& violations) {
  if (!problem.empty()) violations.Add(field, problem);
}

std::optional<RoomId> ParseRoomId(std::string_view text, FieldViolations& violations) {
  auto room_id = RoomId::Parse(text);
  if (!room_id.has_value()) {
    violations.Add("room_id", "must be a UUID in canonical text: lower case, with hyphens");
  }
  return room_id;
}

std::optional<SchemaName> ParseSchemaName(std::string_view field, std::string_view text,
                                          FieldViolations& violations) {
  auto name = SchemaName::Parse(text);
  if (!name.has_value()) {
    violations.Add(field,
                   "must be 1 to 63 bytes of `a-z`, `0-9`, `_` and `-`, not beginning with `-` or "
                   "`pg_`, and none of `public`, `chatter`, `information_schema`");
  }
  return name;
}

std::optional<Sha256Digest> ParseSessionId(std::string_view text, FieldViolations& violations) {
  Sha256Digest digest;
  const auto is_digit = [](char c) { return absl::ascii_isxdigit(static_cast<unsigned char>(c)); };
  if (text.size() != 2 * digest.size() || !std::all_of(text.begin(), text.end(), is_digit)) {
    violations.Add("session_id", "must be 64 hexadecimal digits");
    return std::nullopt;
  }
  const std::string bytes = absl::HexStringToBytes(absl::string_view(text.data(), text.size()));
  std::copy(bytes.begin(), bytes.end(), digest.begin());
  return digest;
}

int ParsePageSize(int32_t page_size, PageSizes sizes, FieldViolations& violations) {
  if (page_size == 0) return sizes.if_zero;
  if (page_size < 0 || page_size > sizes.max) {
    violations.Add("page_size",
                   absl::StrCat("must be 1 to ", sizes.max, ", or 0 for ", sizes.if_zero));
  }
  return page_size;
}

}  // namespace chatter::chat
