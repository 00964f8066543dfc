// Rows that hold rooms, members and messages.
//
// Pure functions.
#ifndef CHATTER_SERVER_STORE_ROOM_ROWS_H_
#define CHATTER_SERVER_STORE_ROOM_ROWS_H_

#include <string>
#include <vector>

#include "server/model/room.h"
#include "server/store/room_look_ups.h"

namespace chatter::postgres {
class Params;
class Rows;
}  // namespace chatter::postgres

namespace chatter::store {

// A row of find_room.sql or its kin, with these look-ups.
Room ReadRoom(const postgres::Rows& rows, int row, RoomLookUps look_ups);
inline constexpr int kRoomColumns = 19;  // without look-ups
// How many columns it has with them.
int WidthOf(RoomLookUps look_ups);

// The columns notifications, muted_until, pinned and hidden, of which `column` is the first.
RoomPreferences ReadRoomPreferences(const postgres::Rows& rows, int row, int column);

// The columns name, topic, avatar_url, attributes and history, of which `column` is the first.
v1::RoomProfile ReadProfile(const postgres::Rows& rows, int row, int column);
// The same as five parameters.
void AddProfile(const v1::RoomProfile& profile, postgres::Params& params);

// The columns of pieces/message_columns.sql, of which `column` is the first.
Message ReadMessage(const RoomId& room, const postgres::Rows& rows, int row, int column);
inline constexpr int kMessageColumns = 13;
// The column of pieces/message_reactions.sql.
std::vector<v1::ReactionCount> ReadReactions(const postgres::Rows& rows, int row, int column);

// A row of list_members.sql and its kin.
Member ReadMember(const RoomId& room, const postgres::Rows& rows, int row);

}  // namespace chatter::store

#endif  // CHATTER_SERVER_STORE_ROOM_ROWS_H_
