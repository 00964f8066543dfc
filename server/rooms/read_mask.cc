#include "server/rooms/read_mask.h"

#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"

namespace chatter::rooms {

RoomFields ParseReadMask(const std::vector<std::string>& paths, FieldViolations& violations) {
  if (paths.empty()) return RoomFields::All();
  RoomFields fields = RoomFields::None();
  for (size_t i = 0; i < paths.size(); ++i) {
    const auto* field = v1::Room::descriptor()->FindFieldByName(paths[i]);
    if (field == nullptr) {
      violations.Add(absl::StrCat("read_mask.paths[", i, "]"),
                     "must be the name of a field of Room");
    } else {
      fields.Add(field->number());
    }
  }
  return fields;
}

}  // namespace chatter::rooms
