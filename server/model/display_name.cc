#include "server/model/display_name.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace chatter {

std::string DisplayNameOf(const Room& room) {
  if (!room.profile.name().empty()) return room.profile.name();
  if (room.other_names.empty()) return room.member_count == 1 ? "Notes to Yourself" : "";
  const int32_t others = room.member_count - (room.role.has_value() ? 1 : 0);
  const int64_t unnamed = others - static_cast<int64_t>(room.other_names.size());
  std::string names = absl::StrJoin(room.other_names, ", ");
  if (unnamed > 0) absl::StrAppend(&names, " and ", unnamed, " more");
  return names;
}

}  // namespace chatter
