#include "server/model/schema_name.h"

#include "server/model/ids.h"

namespace chatter {

std::string_view SchemaNameProblem(std::string_view name) {
  if (SchemaName::Parse(name).has_value()) return {};
  return "must be 1 to 63 bytes of `A-Z`, `a-z`, `0-9`, `_`, `-`, `.`, blanks within, and "
         "characters beyond ASCII that can be seen, not beginning with `-`, `.` or `pg_`, and none "
         "of `public`, `chatter`, `information_schema`";
}

}  // namespace chatter
