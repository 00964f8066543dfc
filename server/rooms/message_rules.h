// Who may do what to a message. Pure.
#ifndef CHATTER_SERVER_ROOMS_MESSAGE_RULES_H_
#define CHATTER_SERVER_ROOMS_MESSAGE_RULES_H_

#include "absl/status/status.h"
#include "server/rooms/room_rules.h"
#include "server/store/message_changes.h"

namespace chatter::rooms {

enum class MessageAction {
  kRewrite,  // edit or delete
  kReact,
  kPin,
};

// OK, or NOT_FOUND (ROOM_NOT_FOUND, MESSAGE_NOT_FOUND), PERMISSION_DENIED (ROLE_NOT_ALLOWED),
// FAILED_PRECONDITION (ROOM_ARCHIVED, REWRITE_WINDOW_OVER). A deleted message is no error here.
absl::Status CheckMessageAction(const store::MessageState& message, const Asker& asker,
                                MessageAction action);

}  // namespace chatter::rooms

#endif  // CHATTER_SERVER_ROOMS_MESSAGE_RULES_H_
