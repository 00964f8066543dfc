#include "server/store/stored_event.h"

#include <cstdlib>
#include <string_view>

#include "server/store/statement.h"

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
};

template <typename Message>
EventContent Parse(std::string_view details) {
  Message message;
  if (!message.ParseFromArray(details.data(), static_cast<int>(details.size()))) {
    return UnknownEvent{};
  }
  return message;
}

EventContent ReadContent(const Rows& rows, int row) {
  const auto details = [&] { return rows.GetText(row, 6); };
  switch (rows.GetInt(row, 2)) {
    case kRoomCreated:
      return Parse<v1::RoomCreated>(details());
    case kMessageSent:
      return MessageSent{.client_message_id = std::string(rows.GetText(row, 4)),
                         .text = std::string(rows.GetText(row, 5))};
    case kRoomUpdated:
      return Parse<v1::RoomUpdated>(details());
    case kMembersAdded:
      return Parse<v1::MembersAdded>(details());
    case kMembersRemoved:
      return Parse<v1::MembersRemoved>(details());
    case kRolesChanged:
      return Parse<v1::RolesChanged>(details());
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
  StoredContent operator()(const MessageSent&) const { std::abort(); }
  StoredContent operator()(const UnknownEvent&) const { std::abort(); }

 private:
  static StoredContent With(Kind kind, const google::protobuf::MessageLite& what) {
    return {kind, what.SerializeAsString()};
  }
};

}  // namespace

RoomEvent ReadEvent(const RoomId& room, const Rows& rows, int row) {
  return {.room_id = room,
          .seq = static_cast<uint64_t>(rows.GetInt(row, 0)),
          .created_at = rows.GetTime(row, 1),
          .actor_id = std::string(rows.GetText(row, 3)),
          .service = rows.GetTextOrEmpty(row, 7),
          .what = ReadContent(rows, row)};
}

StoredContent ToStored(const EventContent& content) { return std::visit(Store{}, content); }

}  // namespace chatter::store
