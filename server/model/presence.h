// Whether users are there, as plain values.
#ifndef CHATTER_SERVER_MODEL_PRESENCE_H_
#define CHATTER_SERVER_MODEL_PRESENCE_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/time/time.h"

namespace chatter {

// The numbers are those of chatter.v1.
enum class PresenceStatus : uint8_t {
  kOnline = 1,
  kAway = 2,
  kOffline = 3,
};

struct UserPresence {
  std::string user_id;
  PresenceStatus status = PresenceStatus::kOffline;
  std::optional<absl::Time> last_seen_at = {};  // of one who is offline, where it is known

  friend bool operator==(const UserPresence&, const UserPresence&) = default;
};

}  // namespace chatter

#endif  // CHATTER_SERVER_MODEL_PRESENCE_H_
