#include "server/chat/message_rules.h"

#include "server/model/errors.h"

namespace chatter::chat {
namespace {

bool IsAllowed(const store::MessageState& message, const Asker& asker, MessageAction action) {
  if (asker.user_id.empty()) return true;
  const MemberRole role = *message.actor_role;
  switch (action) {
    case MessageAction::kRewrite:
      if (*message.sender_id == asker.user_id) return Has(role, Right::kSend);
      // All own a direct room, but not each other's words.
      return message.kind != RoomKind::kDirect && Has(role, Right::kManage);
    case MessageAction::kReact:
      return Has(role, Right::kSend);
    case MessageAction::kPin:
      return Has(role, Right::kEdit);
  }
  return false;
}

}  // namespace

absl::Status CheckMessageAction(const store::MessageState& message, const Asker& asker,
                                MessageAction action) {
  if (!asker.user_id.empty() && !message.actor_role.has_value()) return RoomNotFoundError();
  if (!message.sender_id.has_value()) return MessageNotFoundError();
  if (!IsAllowed(message, asker, action)) {
    return RoleNotAllowedError(
        "Your role in the room doesn't allow this to this message; an owner can change it.");
  }
  if (message.archived) return RoomArchivedError();
  return absl::OkStatus();
}

}  // namespace chatter::chat
