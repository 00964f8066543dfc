// What a user has chosen for all rooms, as plain values. For one room: RoomPreferences of room.h.
#ifndef CHATTER_SERVER_MODEL_PREFERENCES_H_
#define CHATTER_SERVER_MODEL_PREFERENCES_H_

#include <cstdint>
#include <optional>
#include <string>

namespace chatter {

struct DoNotDisturb {
  // Minutes after midnight. Where they don't begin before they end: until the next day.
  int16_t from_minute = 0;
  int16_t to_minute = 0;
  std::string time_zone = {};  // empty: UTC
};

struct UserPreferences {
  std::optional<DoNotDisturb> do_not_disturb = {};  // nullopt: never
  bool hides_read_marks = false;
  bool invisible = false;
};

}  // namespace chatter

#endif  // CHATTER_SERVER_MODEL_PREFERENCES_H_
