#include "server/store/stored_event.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include <cstdlib>
#include <string_view>

#include "server/postgres/statement.h"

namespace chatter::store {
namespace {

template <typename Message>
EventContent Parse(std::string_view details) {
  Message message;
  if (!message.ParseFromArray(details.data(), static_cast<int>(details.size()))) {
    return UnknownEvent{};
  }
  return message;
}

EventContent ReadContent(const postgres::Rows& rows, int row) {
  const auto details = [&] { return rows.GetText(row, 6); };
  switch (static_cast<EventKind>(rows.GetInt(row, 2))) {
    case EventKind::kRoomCreated:
      return Parse<v1::RoomCreated>(details());
    case EventKind::kMessageSent:
      return MessageSent{.client_message_id = std::string(rows.GetText(row, 4)),
                         .text = rows.GetTextOrEmpty(row, 5),
                         .details = std::string(details()),
                         .deleted = rows.IsNull(row, 5)};
    case EventKind::kRoomUpdated:
      return Parse<v1::RoomUpdated>(details());
    case EventKind::kMembersAdded:
      return Parse<v1::MembersAdded>(details());
    case EventKind::kMembersRemoved:
      return Parse<v1::MembersRemoved>(details());
    case EventKind::kRolesChanged:
      return Parse<v1::RolesChanged>(details());
    case EventKind::kMessageEdited: {
      EventContent edited = Parse<v1::MessageEdited>(details());
      if (auto* what = std::get_if<v1::MessageEdited>(&edited)) {
        what->set_text(rows.GetTextOrEmpty(row, 5));
        if (rows.IsNull(row, 5)) what->clear_details();
      }
      return edited;
    }
    case EventKind::kMessageDeleted:
      return Parse<v1::MessageDeleted>(details());
    case EventKind::kReactionAdded:
      return Parse<v1::ReactionAdded>(details());
    case EventKind::kReactionRemoved:
      return Parse<v1::ReactionRemoved>(details());
    case EventKind::kMessagePinned:
      return Parse<v1::MessagePinned>(details());
    case EventKind::kMessageUnpinned:
      return Parse<v1::MessageUnpinned>(details());
    default:
      return UnknownEvent{};
  }
}

struct Store {
  StoredContent operator()(const v1::RoomCreated& what) const {
    return With(EventKind::kRoomCreated, what);
  }
  StoredContent operator()(const v1::RoomUpdated& what) const {
    return With(EventKind::kRoomUpdated, what);
  }
  StoredContent operator()(const v1::MembersAdded& what) const {
    return With(EventKind::kMembersAdded, what);
  }
  StoredContent operator()(const v1::MembersRemoved& what) const {
    return With(EventKind::kMembersRemoved, what);
  }
  StoredContent operator()(const v1::RolesChanged& what) const {
    return With(EventKind::kRolesChanged, what);
  }
  StoredContent operator()(const v1::MessageEdited& what) const {
    v1::MessageEdited details = what;
    details.clear_text();
    StoredContent stored = With(EventKind::kMessageEdited, details);
    stored.text = what.text();
    return stored;
  }
  StoredContent operator()(const v1::MessageDeleted& what) const {
    return With(EventKind::kMessageDeleted, what);
  }
  StoredContent operator()(const v1::ReactionAdded& what) const {
    return With(EventKind::kReactionAdded, what);
  }
  StoredContent operator()(const v1::ReactionRemoved& what) const {
    return With(EventKind::kReactionRemoved, what);
  }
  StoredContent operator()(const v1::MessagePinned& what) const {
    return With(EventKind::kMessagePinned, what);
  }
  StoredContent operator()(const v1::MessageUnpinned& what) const {
    return With(EventKind::kMessageUnpinned, what);
  }
  StoredContent operator()(const MessageSent&) const { std::abort(); }
  StoredContent operator()(const v1::RoomDeleted&) const { std::abort(); }
  StoredContent operator()(const UnknownEvent&) const { std::abort(); }

 private:
  static StoredContent With(EventKind kind, const google::protobuf::MessageLite& what) {
    return {kind, what.SerializeAsString(), std::nullopt};
  }
};

}  // namespace

RoomEvent ReadEvent(const RoomId& room, const postgres::Rows& rows, int row) {
  return {.room_id = room,
          .seq = static_cast<uint64_t>(rows.GetInt(row, 0)),
          .created_at = rows.GetTime(row, 1),
          .actor_id = std::string(rows.GetText(row, 3)),
          .service = rows.GetTextOrEmpty(row, 7),
          .what = ReadContent(rows, row)};
}

StoredContent ToStored(const EventContent& content) { return std::visit(Store{}, content); }

std::string ToStored(const v1::MessageDetails& details) {
  std::string bytes;
  google::protobuf::io::StringOutputStream stream(&bytes);
  google::protobuf::io::CodedOutputStream out(&stream);
  out.SetSerializationDeterministic(true);
  details.SerializeToCodedStream(&out);
  out.Trim();
  return bytes;
}

}  // namespace chatter::store
