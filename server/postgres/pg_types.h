// The numbers of PostgreSQL's types, fixed for ever (pg_type.dat).
#ifndef CHATTER_SERVER_POSTGRES_PG_TYPES_H_
#define CHATTER_SERVER_POSTGRES_PG_TYPES_H_

#include <cstdint>
#include <string_view>

namespace chatter::postgres {

inline constexpr uint32_t kInferred = 0;
inline constexpr uint32_t kBool = 16;
inline constexpr uint32_t kBytea = 17;
inline constexpr uint32_t kInt8 = 20;
inline constexpr uint32_t kInt2 = 21;
inline constexpr uint32_t kInt4 = 23;
inline constexpr uint32_t kText = 25;
inline constexpr uint32_t kByteaArray = 1001;
inline constexpr uint32_t kInt2Array = 1005;
inline constexpr uint32_t kTextArray = 1009;
inline constexpr uint32_t kInt8Array = 1016;
inline constexpr uint32_t kTimestamptz = 1184;
inline constexpr uint32_t kTimestamptzArray = 1185;
inline constexpr uint32_t kUuid = 2950;
inline constexpr uint32_t kUuidArray = 2951;

// The type of this name, as `format_type` gives it, but for `timestamptz`. Aborts for others: the
// names stand in our own files.
uint32_t TypeNamed(std::string_view name);

}  // namespace chatter::postgres

#endif  // CHATTER_SERVER_POSTGRES_PG_TYPES_H_
