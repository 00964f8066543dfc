#include "server/model/ids.h"

#include <algorithm>
#include <cstring>

#include "server/base/crypto.h"
#include "server/base/text.h"

namespace chatter {
namespace {

constexpr size_t kMaxIdentifierBytes = 63;  // PostgreSQL's NAMEDATALEN - 1

bool IsIdentifierByte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

bool IsSchemaNameByte(char c) {
  return IsIdentifierByte(c) || c == '-' || c == '.' || c == ' ' || (c & 0x80) != 0;
}

int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

bool IsHyphenPosition(size_t i) { return i == 8 || i == 13 || i == 18 || i == 23; }

}  // namespace

std::optional<SchemaName> SchemaName::Parse(std::string_view text) {
  if (text.empty() || text.size() > kMaxIdentifierBytes) return std::nullopt;
  if (!std::all_of(text.begin(), text.end(), IsSchemaNameByte)) return std::nullopt;
  if (text.front() == '-' || text.front() == '.' || text.starts_with("pg_")) return std::nullopt;
  if (text.front() == ' ' || text.back() == ' ') return std::nullopt;
  if (!IsUtf8(text) || !IsShown(text)) return std::nullopt;
  if (text == "public" || text == "chatter" || text == "information_schema") return std::nullopt;
  return SchemaName(text);
}

std::optional<SqlIdentifier> SqlIdentifier::Parse(std::string_view text) {
  if (text.empty() || text.size() > kMaxIdentifierBytes) return std::nullopt;
  if (!std::all_of(text.begin(), text.end(), IsIdentifierByte)) return std::nullopt;
  if (text.front() >= '0' && text.front() <= '9') return std::nullopt;
  return SqlIdentifier(text);
}

std::optional<TableName> TableName::Parse(std::string_view text) {
  const size_t dot = text.find('.');
  std::optional<SqlIdentifier> schema;
  if (dot != std::string_view::npos) {
    schema = SqlIdentifier::Parse(text.substr(0, dot));
    if (!schema.has_value()) return std::nullopt;
    text.remove_prefix(dot + 1);
  }
  std::optional<SqlIdentifier> table = SqlIdentifier::Parse(text);
  if (!table.has_value()) return std::nullopt;
  return TableName{.schema = std::move(schema), .table = *std::move(table)};
}

std::optional<RoomId> RoomId::Parse(std::string_view text) {
  if (text.size() != 36) return std::nullopt;
  std::array<uint8_t, 16> bytes;
  size_t digit = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (IsHyphenPosition(i)) {
      if (text[i] != '-') return std::nullopt;
      continue;
    }
    const int value = HexValue(text[i]);
    if (value < 0) return std::nullopt;
    uint8_t& byte = bytes[digit / 2];
    byte = static_cast<uint8_t>(digit % 2 == 0 ? value << 4 : byte | value);
    ++digit;
  }
  return RoomId(bytes);
}

RoomId RoomId::Generate(int64_t unix_millis) {
  std::array<uint8_t, 16> bytes;
  RandomBytes(bytes.data(), bytes.size());
  for (size_t i = 0; i < 6; ++i) {
    bytes[i] = static_cast<uint8_t>(unix_millis >> (8 * (5 - i)));
  }
  bytes[6] = static_cast<uint8_t>((bytes[6] & 0x0f) | 0x70);
  bytes[8] = static_cast<uint8_t>((bytes[8] & 0x3f) | 0x80);
  return RoomId(bytes);
}

std::string RoomId::ToString() const {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text(36, '-');
  size_t place = 0;
  for (const uint8_t byte : bytes_) {
    if (IsHyphenPosition(place)) ++place;
    text[place++] = kDigits[byte >> 4];
    text[place++] = kDigits[byte & 0x0f];
  }
  return text;
}

}  // namespace chatter
