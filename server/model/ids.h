// Identifiers that can't be built from unchecked text.
#ifndef CHATTER_SERVER_MODEL_IDS_H_
#define CHATTER_SERVER_MODEL_IDS_H_

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace chatter {

// The name of a tenant's PostgreSQL schema; also the tenant's id. 1 to 63 bytes of UTF-8: A-Z, a-z,
// 0-9, '_', '-', '.', blanks within, and what isn't ASCII and is shown; not beginning with '-', '.'
// or "pg_", and none of "public", "chatter", "information_schema". Nothing of it means anything
// within SQL's quotes, nor within those of an array. Together with SqlIdentifier, the only way in
// which an identifier reaches SQL.
class SchemaName {
 public:
  static std::optional<SchemaName> Parse(std::string_view text);

  const std::string& text() const { return text_; }
  // As a quoted SQL identifier.
  std::string Quoted() const { return "\"" + text_ + "\""; }

  friend auto operator<=>(const SchemaName&, const SchemaName&) = default;
  template <typename H>
  friend H AbslHashValue(H h, const SchemaName& name) {
    return H::combine(std::move(h), name.text_);
  }

 private:
  explicit SchemaName(std::string_view text) : text_(text) {}
  std::string text_;
};

// The name of a table or column of somebody else's: 1 to 63 bytes of A-Z, a-z, 0-9 and '_', not
// beginning with a digit.
class SqlIdentifier {
 public:
  static std::optional<SqlIdentifier> Parse(std::string_view text);

  const std::string& text() const { return text_; }
  std::string Quoted() const { return "\"" + text_ + "\""; }

  friend auto operator<=>(const SqlIdentifier&, const SqlIdentifier&) = default;

 private:
  explicit SqlIdentifier(std::string_view text) : text_(text) {}
  std::string text_;
};

// A table of somebody else's: "auth_user" in the tenant's schema, or "public.auth_user" in that
// one.
struct TableName {
  std::optional<SqlIdentifier> schema;  // nullopt: the tenant's
  SqlIdentifier table;

  static std::optional<TableName> Parse(std::string_view text);
  // For a statement's text: `{schema}` stands for the tenant's.
  std::string Quoted() const {
    return (schema.has_value() ? schema->Quoted() : "{schema}") + "." + table.Quoted();
  }
};

// A room's UUID.
class RoomId {
 public:
  // The nil UUID, which is no room's.
  RoomId() = default;
  // Accepts the canonical form only: 36 characters, lower case.
  static std::optional<RoomId> Parse(std::string_view text);
  static RoomId FromBytes(const std::array<uint8_t, 16>& bytes) { return RoomId(bytes); }
  // Version 7: begins with the time, so that rooms made together lie together in an index.
  static RoomId Generate(int64_t unix_millis);

  std::string ToString() const;
  const std::array<uint8_t, 16>& bytes() const { return bytes_; }

  friend auto operator<=>(const RoomId&, const RoomId&) = default;
  template <typename H>
  friend H AbslHashValue(H h, const RoomId& id) {
    return H::combine(std::move(h), id.bytes_);
  }

 private:
  explicit RoomId(const std::array<uint8_t, 16>& bytes) : bytes_(bytes) {}
  std::array<uint8_t, 16> bytes_{};
};

// A tenant's schema, and not another that has its name by now: one that was made again, renamed or
// restored. The key of everything in memory that belongs to a tenant, and what each statement in
// its schema means: where another schema has the name, it fails (postgres/connection.h).
struct TenantKey {
  SchemaName name;
  // What the database had under the name when it was looked up: pieces/schema_stamp.sql. 0:
  // nothing.
  uint64_t stamp = 0;

  const std::string& text() const { return name.text(); }

  friend auto operator<=>(const TenantKey&, const TenantKey&) = default;
  template <typename H>
  friend H AbslHashValue(H h, const TenantKey& key) {
    return H::combine(std::move(h), key.name, key.stamp);
  }
};

// A room of a tenant. The key of everything in memory that belongs to a room: two tenants may hold
// rooms with the same id.
struct RoomKey {
  TenantKey tenant;
  RoomId room;

  friend auto operator<=>(const RoomKey&, const RoomKey&) = default;
  template <typename H>
  friend H AbslHashValue(H h, const RoomKey& key) {
    return H::combine(std::move(h), key.tenant, key.room);
  }
};

// A user of a tenant; the same reason.
struct UserKey {
  TenantKey tenant;
  std::string user_id;

  friend auto operator<=>(const UserKey&, const UserKey&) = default;
  template <typename H>
  friend H AbslHashValue(H h, const UserKey& key) {
    return H::combine(std::move(h), key.tenant, key.user_id);
  }
};

}  // namespace chatter

#endif  // CHATTER_SERVER_MODEL_IDS_H_
