#include "server/store/stored_event.h"

#include <cstdlib>
#include <string_view>

#include "server/postgres/statement.h"

namespace chatter::store {
namespace {

// chatter_event.kind. Stored: never change or reuse them.
enum Kind : int16_t {
  kRoomCreated = 1,
  kMessageSent = 2,
  kRoomUpdated = 3,
  kMembersAdded = 4,
  kMembersRemoved = 5,
  kRolesChanged = 6,
  kMessageEdited = 7,
  kMessageDeleted = 8,
  kReactionAdded = 9,
  kReactionRemoved = 10,
  kMessagePinned = 11,
  kMessageUnpinned = 12,
  // 13: of a room that was deleted (delete_room.sql). Nobody reads it.
};

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
  switch (rows.GetInt(row, 2)) {
    case kRoomCreated:
      return Parse<v1::RoomCreated>(details());
    case kMessageSent:
      return MessageSent{.client_message_id = std::string(rows.GetText(row, 4)),
                         .text = rows.GetTextOrEmpty(row, 5),
                         .details = std::string(details()),
                         .deleted = rows.IsNull(row, 5)};
    case kRoomUpdated:
      return Parse<v1::RoomUpdated>(details());
    case kMembersAdded:
      return Parse<v1::MembersAdded>(details());
    case kMembersRemoved:
      return Parse<v1::MembersRemoved>(details());
    case kRolesChanged:
      return Parse<v1::RolesChanged>(details());
    case kMessageEdited: {
      EventContent edited = Parse<v1::MessageEdited>(details());
      if (auto* what = std::get_if<v1::MessageEdited>(&edited)) {
        what->set_text(rows.GetTextOrEmpty(row, 5));
      }
      return edited;
    }
    case kMessageDeleted:
      return Parse<v1::MessageDeleted>(details());
    case kReactionAdded:
      return Parse<v1::ReactionAdded>(details());
    case kReactionRemoved:
      return Parse<v1::ReactionRemoved>(details());
    case kMessagePinned:
      return Parse<v1::MessagePinned>(details());
    case kMessageUnpinned:
      return Parse<v1::MessageUnpinned>(details());
    default:
      return UnknownEvent{};
  }
}

struct Store {
  StoredContent operator()(const v1::RoomCreated& what) const { return With(kRoomCreated, what); }
  StoredContent operator()(const v1::RoomUpdated& what) const { return With(kRoomUpdated, what); }
  StoredContent operator()(const v1::MembersAdded& what) const { return With(kMembersAdded, what); }
  StoredContent operator()(const v1::MembersRemoved& what) const {
    return With(kMembersRemoved, what);
  }
  StoredContent operator()(const v1::RolesChanged& what) const { return With(kRolesChanged, what); }
  StoredContent operator()(const v1::MessageEdited& what) const {
    v1::MessageEdited details;
    details.set_seq(what.seq());
    StoredContent stored = With(kMessageEdited, details);
    stored.text = what.text();
    return stored;
  }
  StoredContent operator()(const v1::MessageDeleted& what) const {
    return With(kMessageDeleted, what);
  }
  StoredContent operator()(const v1::ReactionAdded& what) const {
    return With(kReactionAdded, what);
  }
  StoredContent operator()(const v1::ReactionRemoved& what) const {
    return With(kReactionRemoved, what);
  }
  StoredContent operator()(const v1::MessagePinned& what) const {
    return With(kMessagePinned, what);
  }
  StoredContent operator()(const v1::MessageUnpinned& what) const {
    return With(kMessageUnpinned, what);
  }
  StoredContent operator()(const MessageSent&) const { std::abort(); }
  StoredContent operator()(const v1::RoomDeleted&) const { std::abort(); }
  StoredContent operator()(const UnknownEvent&) const { std::abort(); }

 private:
  static StoredContent With(Kind kind, const google::protobuf::MessageLite& what) {
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

}  // namespace chatter::store
