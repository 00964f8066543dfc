#include "server/rooms/message_rules.h"

#include "server/model/errors.h"

namespace chatter::rooms {
namespace {

absl::Status RewriteWindowOverError() {
  return MakeError(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_REWRITE_WINDOW_OVER,
                   "The message is too old to be edited or deleted by its sender; an owner or a "
                   "moderator of the room can still do it, unless the room is DIRECT.");
}

// Whether all messages of the room are the asker's to rewrite.
bool MayRewriteAll(const store::MessageState& message, const Asker& asker) {
  if (asker.is_service()) return true;
  // All own a direct room, but not each other's words.
  return message.kind != RoomKind::kDirect && Has(*message.actor_role, Right::kManage);
}

bool IsAllowed(const store::MessageState& message, const Asker& asker, MessageAction action) {
  if (asker.is_service()) return true;
  const MemberRole role = *message.actor_role;
  switch (action) {
    case MessageAction::kRewrite:
      if (*message.sender_id == asker.user_id()) return Has(role, Right::kSend);
      return MayRewriteAll(message, asker);
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
  if (!asker.is_service() && !message.actor_role.has_value()) return RoomNotFoundError();
  if (!message.sender_id.has_value()) return MessageNotFoundError();
  if (!IsAllowed(message, asker, action)) {
    return RoleNotAllowedError(
        "Your role in the room doesn't allow this to this message; an owner can change it.");
  }
  if (message.archived) return RoomArchivedError();
  if (action == MessageAction::kRewrite && message.rewrite_window_over && !message.deleted &&
      !MayRewriteAll(message, asker)) {
    return RewriteWindowOverError();
  }
  return absl::OkStatus();
}

}  // namespace chatter::rooms
