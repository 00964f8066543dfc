#include "client/cli/output.h"

#include <google/protobuf/util/json_util.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "client/base/proto_time.h"
#include "client/cli/names.h"
#include "client/cli/terminal_text.h"

namespace chatter::client::cli {
namespace {

std::string Line(uint64_t seq, const google::protobuf::Timestamp& time, const std::string& rest) {
  return absl::StrCat(seq, "  ", FormatTime(time), "  ", Sanitize(rest));
}

}  // namespace

absl::StatusOr<std::string> ToJson(const google::protobuf::Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  options.always_print_primitive_fields = true;
  std::string json;
  const auto status = google::protobuf::util::MessageToJsonString(message, &json, options);
  if (!status.ok()) return absl::InternalError("the result can't be shown as JSON");
  return json;
}

absl::Status PrintJson(const google::protobuf::Message& message, std::ostream& out) {
  const auto json = ToJson(message);
  if (!json.ok()) return json.status();
  out << *json << std::endl;
  return absl::OkStatus();
}

std::string FormatTime(const google::protobuf::Timestamp& timestamp) {
  if (timestamp.seconds() == 0) return "";
  return absl::FormatTime("%Y-%m-%d %H:%M:%S", ToAbslTime(timestamp), absl::LocalTimeZone());
}

namespace {

std::string Names(const google::protobuf::RepeatedPtrField<std::string>& user_ids) {
  return absl::StrJoin(user_ids, ", ");
}

std::string TextOrErased(const std::string& text) { return text.empty() ? "(erased)" : text; }

std::string NamesOfMentioned(const v1::MessageDetails& details) {
  std::string names = Names(details.mentioned_user_ids());
  if (details.mentions_everyone()) absl::StrAppend(&names, names.empty() ? "" : ", ", "everyone");
  return names;
}

std::string NamesOf(const google::protobuf::RepeatedPtrField<v1::Attachment>& attachments) {
  return absl::StrJoin(attachments, ", ", [](std::string* out, const v1::Attachment& attachment) {
    out->append(attachment.name().empty() ? attachment.url() : attachment.name());
  });
}

// Who edited it is told where it wasn't the sender.
std::string EditNote(const v1::Message& message) {
  const std::string& editor = message.edited_by();
  if (editor.empty() || editor == message.sender_id()) return " (edited)";
  return absl::StrCat(" (edited by ", editor, ")");
}

// The text, if any, and what there is beside it.
template <typename Message>
std::string Content(const Message& message) {
  const v1::MessageDetails& details = message.details();
  std::vector<std::string> parts;
  if (!message.text().empty()) {
    parts.push_back(message.text());
  } else if (details.attachments().empty()) {
    parts.push_back(TextOrErased(message.text()));
  }
  const auto note = [&parts](auto... words) { parts.push_back(absl::StrCat("(", words..., ")")); };
  if (details.has_forwarded_from()) note("forwarded from ", details.forwarded_from().sender_id());
  if (details.reply_to_seq() != 0) note("reply to ", details.reply_to_seq());
  if (details.thread_seq() != 0) note("in thread ", details.thread_seq());
  const std::string mentioned = NamesOfMentioned(details);
  if (!mentioned.empty()) note("mentions ", mentioned);
  if (!details.attachments().empty()) note("with ", NamesOf(details.attachments()));
  return absl::StrJoin(parts, " ");
}

std::string DescribeUpdate(const v1::RoomUpdated& room) {
  std::string what = room.archived() ? "archived the room" : "changed the room";
  if (!room.profile().name().empty()) absl::StrAppend(&what, " \"", room.profile().name(), "\"");
  if (!room.profile().topic().empty()) absl::StrAppend(&what, ": ", room.profile().topic());
  return what;
}

std::string DescribeRoles(const v1::RolesChanged& changed) {
  std::vector<std::string> roles;
  for (const auto& role : changed.roles()) {
    roles.push_back(absl::StrCat(role.user_id(), " ", NameOf(role.role())));
  }
  return absl::StrCat("made ", absl::StrJoin(roles, ", "));
}

bool IsOwn(const v1::RoomEvent& event,
           const google::protobuf::RepeatedPtrField<std::string>& user_ids) {
  return user_ids.size() == 1 && user_ids.Get(0) == event.actor_id();
}

// What the actor of an event that is no message did.
std::string Describe(const v1::RoomEvent& event) {
  switch (event.what_case()) {
    case v1::RoomEvent::kRoomCreated:
      return absl::StrCat("made the room with ", Names(event.room_created().user_ids()));
    case v1::RoomEvent::kRoomUpdated:
      return DescribeUpdate(event.room_updated());
    case v1::RoomEvent::kMembersAdded:
      if (IsOwn(event, event.members_added().user_ids())) return "joined";
      return absl::StrCat("added ", Names(event.members_added().user_ids()), " as ",
                          NameOf(event.members_added().role()));
    case v1::RoomEvent::kMembersRemoved:
      if (IsOwn(event, event.members_removed().user_ids())) return "left";
      return absl::StrCat("removed ", Names(event.members_removed().user_ids()));
    case v1::RoomEvent::kRolesChanged:
      return DescribeRoles(event.roles_changed());
    case v1::RoomEvent::kMessageEdited:
      return absl::StrCat("edited ", event.message_edited().seq(), ": ",
                          Content(event.message_edited()));
    case v1::RoomEvent::kMessageDeleted:
      return absl::StrCat("deleted ", event.message_deleted().seq());
    case v1::RoomEvent::kReactionAdded:
      return absl::StrCat("reacted to ", event.reaction_added().seq(), ": ",
                          event.reaction_added().reaction());
    case v1::RoomEvent::kReactionRemoved:
      return absl::StrCat("took back from ", event.reaction_removed().seq(), ": ",
                          event.reaction_removed().reaction());
    case v1::RoomEvent::kMessagePinned:
      return absl::StrCat("pinned ", event.message_pinned().seq());
    case v1::RoomEvent::kMessageUnpinned:
      return absl::StrCat("unpinned ", event.message_unpinned().seq());
    case v1::RoomEvent::kRoomDeleted:
      return "deleted the room";
    default:
      return "did something that this version doesn't know";
  }
}

}  // namespace

std::string EventText(const v1::RoomEvent& event) {
  const std::string actor = event.actor_id().empty() ? "a service" : event.actor_id();
  if (event.has_message_sent()) {
    const v1::MessageSent& sent = event.message_sent();
    return absl::StrCat(actor, ": ", sent.deleted() ? "(deleted)" : Content(sent));
  }
  return absl::StrCat("* ", actor, " ", Describe(event));
}

std::string MessageText(const v1::Message& message) {
  std::string text =
      absl::StrCat(message.sender_id(), ": ", message.deleted() ? "(deleted)" : Content(message));
  if (message.has_edited_at() && !message.deleted()) text += EditNote(message);
  if (message.pinned()) text += " (pinned)";
  std::vector<std::string> reactions;
  for (const v1::ReactionCount& reaction : message.reactions()) {
    reactions.push_back(absl::StrCat(reaction.reaction(), " ", reaction.count()));
  }
  if (!reactions.empty()) absl::StrAppend(&text, " [", absl::StrJoin(reactions, ", "), "]");
  if (message.has_thread())
    absl::StrAppend(&text, " (replies: ", message.thread().reply_count(), ")");
  return text;
}

std::string FormatEdit(const v1::MessageEdit& edit) {
  const std::string actor = edit.actor_id().empty() ? "a service" : edit.actor_id();
  return Line(edit.seq(), edit.created_at(), absl::StrCat(actor, ": ", TextOrErased(edit.text())));
}

std::string FormatEvent(const v1::RoomEvent& event) {
  return Line(event.seq(), event.created_at(), EventText(event));
}

std::string FormatMessage(const v1::Message& message) {
  return Line(message.seq(), message.created_at(), MessageText(message));
}

void PrintMessages(const google::protobuf::RepeatedPtrField<v1::Message>& messages,
                   std::ostream& out) {
  for (const v1::Message& message : messages) out << FormatMessage(message) << "\n";
}

void Table::AddRow(std::vector<std::string> cells) {
  for (std::string& cell : cells) cell = Sanitize(cell);
  rows_.push_back(std::move(cells));
}

void Table::Print(std::ostream& out) const {
  std::vector<size_t> widths(rows_.front().size());
  for (const auto& row : rows_) {
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], DisplayWidth(row[i]));
  }
  for (const auto& row : rows_) {
    std::string line;
    for (size_t i = 0; i < row.size(); ++i) {
      line += row[i];
      if (i + 1 < row.size()) line.append(widths[i] - DisplayWidth(row[i]) + 2, ' ');
    }
    out << line << "\n";
  }
  out.flush();
}

}  // namespace chatter::client::cli
