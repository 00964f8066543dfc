#include "server/postgres/pg_types.h"

#include <cstdlib>
#include <utility>

namespace chatter::postgres {

uint32_t TypeNamed(std::string_view name) {
  constexpr std::pair<std::string_view, uint32_t> kTypes[] = {
      {"boolean", kBool},
      {"bytea", kBytea},
      {"bigint", kInt8},
      {"smallint", kInt2},
      {"integer", kInt4},
      {"text", kText},
      {"bytea[]", kByteaArray},
      {"smallint[]", kInt2Array},
      {"text[]", kTextArray},
      {"bigint[]", kInt8Array},
      {"timestamptz", kTimestamptz},
      {"timestamptz[]", kTimestamptzArray},
      {"uuid", kUuid},
      {"uuid[]", kUuidArray},
  };
  for (const auto& [known, type] : kTypes) {
    if (known == name) return type;
  }
  std::abort();
}

}  // namespace chatter::postgres
