#include "server/store/room_look_ups.h"

#include <cstdlib>
#include <string>
#include <utility>

#include "server/postgres/statement.h"

namespace chatter::store {
namespace {

// Takes out what belongs to the look-up.
void LeaveOut(std::string_view name, std::string& text) {
  constexpr std::string_view kEnd = "/*}*/";
  const std::string begin = "/*" + std::string(name) + "{*/";
  for (size_t from = text.find(begin); from != std::string::npos; from = text.find(begin, from)) {
    const size_t to = text.find(kEnd, from);
    if (to == std::string::npos) std::abort();  // the statement's own text
    text.erase(from, to + kEnd.size() - from);
  }
}

}  // namespace

RoomLookUps RoomLookUps::For(RoomFields fields) {
  constexpr std::pair<LookUp, int> kFields[] = {
      {kUserIds, v1::Room::kUserIdsFieldNumber},
      {kOtherNames, v1::Room::kDisplayNameFieldNumber},
      {kUnread, v1::Room::kUnreadCountFieldNumber},
      {kUnreadMentions, v1::Room::kUnreadMentionCountFieldNumber},
      {kLastMessage, v1::Room::kLastMessageFieldNumber},
  };
  RoomLookUps look_ups;
  for (const auto& [look_up, field] : kFields) {
    if (fields.Has(field)) look_ups.bits_ |= 1U << look_up;
  }
  return look_ups;
}

RoomSql::RoomSql(postgres::TenantSql whole) {
  for (unsigned bits = 0; bits < texts_.size(); ++bits) {
    std::string text(whole);
    for (unsigned i = 0; i < RoomLookUps::kNames.size(); ++i) {
      if ((bits >> i & 1) == 0) LeaveOut(RoomLookUps::kNames[i], text);
    }
    texts_[bits] = postgres::KeepSql(std::move(text));
  }
}

}  // namespace chatter::store
