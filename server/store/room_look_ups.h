// What is looked up for each room that is read, beside the rows of the room and of its member.
//
// Pure; a RoomSql is made once.
#ifndef CHATTER_SERVER_STORE_ROOM_LOOK_UPS_H_
#define CHATTER_SERVER_STORE_ROOM_LOOK_UPS_H_

#include <array>
#include <string_view>

#include "server/model/room.h"
#include "server/postgres/sql_text.h"

namespace chatter::store {

class RoomLookUps {
 public:
  // In the order of the columns in pieces/room_columns.sql.
  enum LookUp : unsigned { kUserIds, kOtherNames, kUnread, kUnreadMentions, kLastMessage };
  static constexpr std::array<std::string_view, 5> kNames = {"user_ids", "other_names", "unread",
                                                             "unread_mentions", "last_message"};

  constexpr RoomLookUps() = default;  // none
  static RoomLookUps For(RoomFields fields);

  bool Has(LookUp look_up) const { return (bits_ >> look_up & 1) != 0; }

 private:
  friend class RoomSql;

  explicit constexpr RoomLookUps(unsigned bits) : bits_(bits) {}

  unsigned bits_ = 0;
};

// A statement that reads rooms, with any look-ups. PostgreSQL pays for what a statement could do,
// even if it doesn't come to it: so there is a text for each.
class RoomSql {
 public:
  // The text with all look-ups: what belongs to one stands between `/*` its name `{*/` and `/*}*/`.
  explicit RoomSql(postgres::TenantSql whole);

  postgres::TenantSql With(RoomLookUps look_ups) const {
    return postgres::TenantSql(texts_[look_ups.bits_]);
  }

 private:
  std::array<std::string_view, 1 << RoomLookUps::kNames.size()> texts_;
};

}  // namespace chatter::store

#endif  // CHATTER_SERVER_STORE_ROOM_LOOK_UPS_H_
