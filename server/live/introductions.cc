#include "server/live/introductions.h"

#include <algorithm>
#include <variant>

namespace chatter::live {
namespace {

bool BringMembers(std::span<const RoomEvent> events) {
  return std::any_of(events.begin(), events.end(), [](const RoomEvent& event) {
    return std::holds_alternative<v1::MembersAdded>(event.what);
  });
}

}  // namespace

void Introductions::OnTold(const RoomKey& room, uint64_t seq) {
  Room* const found = Find(room);
  Room& told = found == nullptr ? Add(room) : *found;
  if (found == nullptr) told.told_seq = told.head_seq = seq;
}

void Introductions::OnEvents(const RoomKey& key, std::span<const RoomEvent> events, bool from_log,
                             SteadyTime now) {
  Room* const found = Find(key);
  Room& room = found == nullptr ? Add(key) : *found;
  bool knows_all = found != nullptr && !(from_log && BringMembers(events));
  for (const RoomEvent& event : events) {
    knows_all = knows_all && event.seq <= room.head_seq + 1;
    room.head_seq = std::max(room.head_seq, event.seq);
  }
  if (room.waits) return;
  if (knows_all) {
    room.told_seq = room.head_seq;
  } else if (now - room.looked_up >= kPause) {
    LookUp(key, room, now);
  } else {
    room.waits = true;
    waiting_.push_back(key);
  }
}

void Introductions::OnFailed(const RoomKey& key, uint64_t after_seq) {
  Room* const room = Find(key);
  if (room == nullptr) return;  // the next event is as of a new one
  room->told_seq = std::min(room->told_seq, after_seq);
  if (!std::exchange(room->waits, true)) waiting_.push_back(key);
}

void Introductions::Forget(const TenantKey& tenant) {
  for (Rooms* rooms : {&rooms_, &older_}) {
    absl::erase_if(*rooms, [&](const auto& room) { return room.first.tenant == tenant; });
  }
}

void Introductions::EndPauses(SteadyTime now) {
  std::erase_if(waiting_, [&](const RoomKey& key) {
    Room* const room = Find(key);
    if (room == nullptr || !room->waits) return true;
    if (now - room->looked_up < kPause) return false;
    LookUp(key, *room, now);
    return true;
  });
}

Introductions::Room* Introductions::Find(const RoomKey& room) {
  if (const auto found = rooms_.find(room); found != rooms_.end()) return &found->second;
  const auto found = older_.find(room);
  if (found == older_.end()) return nullptr;
  const Room used = found->second;
  older_.erase(found);
  Room& added = Add(room);
  added = used;
  return &added;
}

Introductions::Room& Introductions::Add(const RoomKey& room) {
  if (rooms_.size() >= max_rooms_) older_ = std::exchange(rooms_, {});
  return rooms_[room];
}

void Introductions::LookUp(const RoomKey& key, Room& room, SteadyTime now) {
  due_[key.tenant].push_back({.room = key.room, .after_seq = room.told_seq});
  room.told_seq = room.head_seq;
  room.looked_up = now;
  room.waits = false;
}

}  // namespace chatter::live
