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

// The name of a tenant's PostgreSQL schema; also the tenant's id. 1 to 63 bytes of a-z, 0-9, '_'
// and
// '-', not beginning with '-' or "pg_", and none of "public", "chatter", "information_schema". The
// only way in which an identifier reaches SQL.
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

// A room of a tenant. The key of everything in memory that belongs to a room: two tenants may hold
// rooms with the same id.
struct RoomKey {
  SchemaName tenant;
  RoomId room;

  friend auto operator<=>(const RoomKey&, const RoomKey&) = default;
  template <typename H>
  friend H AbslHashValue(H h, const RoomKey& key) {
    return H::combine(std::move(h), key.tenant, key.room);
  }
};

// A user of a tenant; the same reason.
struct UserKey {
  SchemaName tenant;
  std::string user_id;

  friend auto operator<=>(const UserKey&, const UserKey&) = default;
  template <typename H>
  friend H AbslHashValue(H h, const UserKey& key) {
    return H::combine(std::move(h), key.tenant, key.user_id);
  }
};

}  // namespace chatter

#endif  // CHATTER_SERVER_MODEL_IDS_H_
