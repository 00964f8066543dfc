// Rows that hold rooms, members and messages.
//
// Pure functions.
#ifndef CHATTER_SERVER_STORE_ROOM_ROWS_H_
#define CHATTER_SERVER_STORE_ROOM_ROWS_H_

#include <string>
#include <vector>

#include "server/model/model.h"

namespace chatter::store {

class Params;
class Rows;

// A row of find_room.sql and its kin.
Room ReadRoom(const Rows& rows, int row);

// The columns name, topic, avatar_url, attributes and history, of which `column` is the first.
v1::RoomProfile ReadProfile(const Rows& rows, int row, int column);
// The same as five parameters.
void AddProfile(const v1::RoomProfile& profile, Params& params);

// The columns seq, created_at, actor_id, client_message_id, text (null: deleted), service,
// edited_at and pinned, of which `column` is the first.
Message ReadMessage(const RoomId& room, const Rows& rows, int row, int column);
// The column `reactions` of list_messages_before.sql and its kin.
std::vector<v1::ReactionCount> ReadReactions(const Rows& rows, int row, int column);

// A row of list_members.sql and its kin.
Member ReadMember(const RoomId& room, const Rows& rows, int row);

}  // namespace chatter::store

#endif  // CHATTER_SERVER_STORE_ROOM_ROWS_H_
