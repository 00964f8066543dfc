#include "server/rooms/walks.h"

#include "absl/strings/str_cat.h"
#include "server/model/errors.h"

namespace chatter::rooms {

std::string WalkGroup(const UserKey& user) {
  return absl::StrCat(user.tenant.text(), "/", user.user_id);
}

absl::Status TooManyWalksError() {
  return MakeRetryableError(
      absl::StatusCode::kResourceExhausted, v1::ERROR_REASON_OVERLOADED,
      "Too many reads of all of a user's rooms are waiting. Retry a little later.",
      absl::Seconds(1));
}

}  // namespace chatter::rooms
