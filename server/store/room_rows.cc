#include "server/store/room_rows.h"

#include <cstdlib>
#include <map>
#include <utility>

#include "absl/strings/numbers.h"
#include "server/postgres/statement.h"

namespace chatter::store {
namespace {

uint64_t GetSeq(const postgres::Rows& rows, int row, int column) {
  return static_cast<uint64_t>(rows.GetInt(row, column));
}

// The columns behind the first ones.
void ReadLookUps(const postgres::Rows& rows, int row, RoomLookUps look_ups, Room& room) {
  int column = kRoomColumns;
  if (look_ups.Has(RoomLookUps::kUserIds)) room.user_ids = rows.GetTexts(row, column++);
  if (look_ups.Has(RoomLookUps::kOtherNames)) {
    if (!rows.IsNull(row, column)) room.other_names = rows.GetTexts(row, column);
    ++column;
  }
  if (look_ups.Has(RoomLookUps::kUnread)) {
    room.unread_count = static_cast<int32_t>(rows.GetInt(row, column++));
  }
  if (look_ups.Has(RoomLookUps::kUnreadMentions)) {
    room.unread_mention_count = static_cast<int32_t>(rows.GetInt(row, column++));
  }
  if (look_ups.Has(RoomLookUps::kLastMessage) && !rows.IsNull(row, column)) {
    room.last_message = ReadMessage(room.id, rows, row, column);
  }
}

}  // namespace

v1::RoomProfile ReadProfile(const postgres::Rows& rows, int row, int column) {
  v1::RoomProfile profile;
  profile.set_name(std::string(rows.GetText(row, column)));
  profile.set_topic(std::string(rows.GetText(row, column + 1)));
  profile.set_avatar_url(std::string(rows.GetText(row, column + 2)));
  std::vector<std::string> attributes = rows.GetTexts(row, column + 3);
  for (size_t i = 0; i + 1 < attributes.size(); i += 2) {
    (*profile.mutable_attributes())[attributes[i]] = std::move(attributes[i + 1]);
  }
  profile.set_history(static_cast<v1::HistoryVisibility>(rows.GetInt(row, column + 4)));
  return profile;
}

void AddProfile(const v1::RoomProfile& profile, postgres::Params& params) {
  const std::map<std::string, std::string> sorted(profile.attributes().begin(),
                                                  profile.attributes().end());
  std::vector<std::string> attributes;
  for (const auto& [key, value] : sorted) {
    attributes.push_back(key);
    attributes.push_back(value);
  }
  params.Text(profile.name()).Text(profile.topic()).Text(profile.avatar_url()).Texts(attributes);
  params.Smallint(static_cast<int16_t>(profile.history()));
}

int WidthOf(RoomLookUps look_ups) {
  int width = kRoomColumns;
  for (const auto look_up : {RoomLookUps::kUserIds, RoomLookUps::kOtherNames, RoomLookUps::kUnread,
                             RoomLookUps::kUnreadMentions}) {
    if (look_ups.Has(look_up)) ++width;
  }
  return look_ups.Has(RoomLookUps::kLastMessage) ? width + kMessageColumns : width;
}

RoomPreferences ReadRoomPreferences(const postgres::Rows& rows, int row, int column) {
  RoomPreferences preferences{
      .notifications = static_cast<NotificationLevel>(rows.GetInt(row, column)),
      .pinned = rows.GetBool(row, column + 2),
      .hidden = rows.GetBool(row, column + 3)};
  if (!rows.IsNull(row, column + 1)) preferences.muted_until = rows.GetTime(row, column + 1);
  return preferences;
}

Room ReadRoom(const postgres::Rows& rows, int row, RoomLookUps look_ups) {
  Room room{.id = rows.GetUuid(row, 0),
            .kind = static_cast<RoomKind>(rows.GetInt(row, 1)),
            .head_seq = GetSeq(rows, row, 2),
            .member_count = static_cast<int32_t>(rows.GetInt(row, 3)),
            .created_at = rows.GetTime(row, 4),
            .last_event_at = rows.GetTime(row, 5),
            .profile = ReadProfile(rows, row, 6),
            .first_seq = GetSeq(rows, row, 13),
            .read_seq = GetSeq(rows, row, 14)};
  if (!rows.IsNull(row, 11)) room.archived_at = rows.GetTime(row, 11);
  if (!rows.IsNull(row, 12)) room.role = static_cast<MemberRole>(rows.GetInt(row, 12));
  if (room.role.has_value()) room.preferences = ReadRoomPreferences(rows, row, 15);
  ReadLookUps(rows, row, look_ups, room);
  return room;
}

Message ReadMessage(const RoomId& room, const postgres::Rows& rows, int row, int column) {
  Message message{.room_id = room,
                  .seq = GetSeq(rows, row, column),
                  .sender_id = std::string(rows.GetText(row, column + 2)),
                  .client_message_id = std::string(rows.GetText(row, column + 3)),
                  .text = rows.GetTextOrEmpty(row, column + 4),
                  .created_at = rows.GetTime(row, column + 1),
                  .service = rows.GetTextOrEmpty(row, column + 5),
                  .deleted = rows.IsNull(row, column + 4),
                  .pinned = rows.GetBool(row, column + 7),
                  .details = rows.GetTextOrEmpty(row, column + 8),
                  .reply_count = static_cast<int32_t>(rows.GetInt(row, column + 9)),
                  .edited_by = rows.GetTextOrEmpty(row, column + 11),
                  .edit_seq = GetSeq(rows, row, column + 12)};
  if (!rows.IsNull(row, column + 6)) message.edited_at = rows.GetTime(row, column + 6);
  if (!rows.IsNull(row, column + 10)) message.last_reply_seq = GetSeq(rows, row, column + 10);
  return message;
}

std::vector<v1::ReactionCount> ReadReactions(const postgres::Rows& rows, int row, int column) {
  std::vector<v1::ReactionCount> reactions;
  for (const std::string& text : rows.GetTexts(row, column)) {
    const size_t sign = text.find_first_of("+-");
    int32_t count = 0;
    if (!absl::SimpleAtoi(text.substr(0, sign), &count)) std::abort();  // the statement's own text
    v1::ReactionCount& reaction = reactions.emplace_back();
    reaction.set_reaction(text.substr(sign + 1));
    reaction.set_count(count);
    reaction.set_mine(text[sign] == '+');
  }
  return reactions;
}

Member ReadMember(const RoomId& room, const postgres::Rows& rows, int row) {
  return {.room_id = room,
          .user_id = std::string(rows.GetText(row, 0)),
          .role = static_cast<MemberRole>(rows.GetInt(row, 1)),
          .joined_seq = GetSeq(rows, row, 2),
          .display_name = std::string(rows.GetText(row, 3)),
          .read_seq = GetSeq(rows, row, 4),
          .delivered_seq = GetSeq(rows, row, 5)};
}

}  // namespace chatter::store
