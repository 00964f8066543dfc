#include "server/rooms/message_edits.h"

#include <string_view>
#include <vector>

#include "server/model/field_mask.h"
#include "server/model/validate.h"
#include "server/store/stored_event.h"

namespace chatter::rooms {
namespace {

absl::Status MessageChangedError() {
  return MakeError(absl::StatusCode::kAborted, v1::ERROR_REASON_MESSAGE_CHANGED,
                   "The message has been edited since. Read it again.");
}

// A message needs a text or an attachment. The field is the one that took the last of them.
absl::Status NothingLeftError(const MessageEdit& edit) {
  FieldViolations violations;
  if (edit.text.has_value()) {
    AddProblem("text", TextProblem(*edit.text), violations);
  } else {
    violations.Add("attachments", "must not be empty: the message has no text");
  }
  return violations.ToStatus();
}

std::vector<std::string> FieldsOf(const v1::EditMessageRequest& request,
                                  FieldViolations& violations) {
  const auto& paths = request.update_mask().paths();
  if (paths.empty()) return {"text"};
  return ParseUpdateMask(request, {paths.begin(), paths.end()},
                         {"text", "attachments", "attributes"}, violations);
}

// Whether the message holds what the actor has made of it after `edit_seq`.
bool IsOwnSince(uint64_t edit_seq, const store::MessageContent& content,
                const store::Actor& actor) {
  return content.edit_seq > edit_seq && content.editor_id == actor.user_id() &&
         content.service == actor.service;
}

}  // namespace

MessageEdit ParseEdit(const v1::EditMessageRequest& request, FieldViolations& violations) {
  MessageEdit edit{.seq = request.seq(), .expected_edit_seq = request.expected_edit_seq()};
  for (const std::string& field : FieldsOf(request, violations)) {
    if (field == "text") {
      edit.text = request.text();
      // Without a text it may be right: that hangs on the attachments.
      if (!edit.text->empty()) AddProblem("text", TextProblem(*edit.text), violations);
    } else if (field == "attachments") {
      edit.attachments = request.attachments();
      CheckAttachments("attachments", *edit.attachments, violations);
      for (v1::Attachment& attachment : *edit.attachments) attachment.DiscardUnknownFields();
    } else {
      edit.attributes = request.attributes();
      CheckAttributes("attributes", *edit.attributes, violations);
    }
  }
  return edit;
}

absl::StatusOr<std::optional<v1::MessageEdited>> DecideEdit(const MessageEdit& edit,
                                                            const store::MessageContent& content,
                                                            const store::Actor& actor) {
  v1::MessageDetails details = content.details();
  if (edit.attachments.has_value()) *details.mutable_attachments() = *edit.attachments;
  if (edit.attributes.has_value()) *details.mutable_attributes() = *edit.attributes;
  v1::MessageEdited edited;
  edited.set_seq(edit.seq);
  edited.set_text(edit.text.value_or(content.text));
  const bool same_details = store::ToStored(details) == store::ToStored(content.details());
  const bool same = same_details && edited.text() == content.text;

  if (edit.expected_edit_seq != 0 && edit.expected_edit_seq != content.edit_seq &&
      !(same && IsOwnSince(edit.expected_edit_seq, content, actor))) {
    return MessageChangedError();
  }
  if (same) return std::nullopt;
  if (edited.text().empty() && details.attachments().empty()) return NothingLeftError(edit);
  // What one edit has changed, each later one says again: the earlier may be forgotten.
  if (!same_details || content.edited_details.has_value()) {
    *edited.mutable_details() = std::move(details);
  }
  return edited;
}

}  // namespace chatter::rooms
