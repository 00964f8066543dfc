#include "client/resume_state.h"

#include <algorithm>

namespace chatter::client {

ResumeState::ResumeState(const Cursors& cursors) {
  for (const auto& [room_id, seq] : cursors) SetPosition(room_id, seq);
}

v1::Open ResumeState::MakeOpen() {
  v1::Open open;
  for (auto& [room_id, position] : positions_) {
    auto* cursor = open.add_cursors();
    cursor->set_room_id(room_id);
    cursor->set_after_seq(position.seq);
    position.in_open = true;
  }
  return open;
}

bool ResumeState::OnOpened(const v1::Opened& opened) {
  for (const auto& room_id : opened.unknown_room_ids()) positions_.erase(room_id);
  bool complete = true;
  for (const auto& room : opened.rooms()) {
    const auto position = positions_.find(room.room_id());
    if (position != positions_.end()) {
      // Known from another stream only: this one begins at the head.
      if (!position->second.in_open && position->second.seq < room.head_seq()) complete = false;
    } else if (knows_all_rooms_ && room.head_seq() > 0) {
      SetPosition(room.room_id(), 0);  // made while we were away: we want all of it
      complete = false;
    } else {
      SetPosition(room.room_id(), room.head_seq());
    }
  }
  knows_all_rooms_ = opened.rooms_size() >= opened.room_count();
  return complete;
}

ResumeState::Verdict ResumeState::OnRoomEvent(const std::string& room_id, uint64_t seq) {
  const auto position = positions_.find(room_id);
  if (position != positions_.end()) {
    if (seq <= position->second.seq) return Verdict::kRepeated;
    if (seq != position->second.seq + 1) return Verdict::kGap;
  }
  SetPosition(room_id, seq);
  return Verdict::kNew;
}

void ResumeState::OnReset(const v1::Reset& reset) {
  SetPosition(reset.room_id(), reset.next_seq() == 0 ? 0 : reset.next_seq() - 1);
}

// Of a room that we don't know, it tells where the stream begins.
bool ResumeState::HasAll(const v1::CaughtUp& caught_up) {
  const auto position = positions_.find(caught_up.room_id());
  if (position != positions_.end()) return position->second.seq >= caught_up.head_seq();
  SetPosition(caught_up.room_id(), caught_up.head_seq());
  return true;
}

bool ResumeState::HasAll(const v1::Heartbeat& heartbeat) {
  bool complete = true;
  for (const auto& head : heartbeat.heads()) {
    const auto position = positions_.find(head.room_id());
    if (position != positions_.end()) {
      if (position->second.seq < head.head_seq()) complete = false;
    } else if (knows_all_rooms_) {
      SetPosition(head.room_id(), 0);  // a new room of which nothing arrived: we want all of it
      complete = false;
    } else {
      SetPosition(head.room_id(), head.head_seq());
    }
  }
  return complete;
}

Cursors ResumeState::cursors() const {
  Cursors cursors;
  for (const auto& [room_id, position] : positions_) cursors[room_id] = position.seq;
  return cursors;
}

void ResumeState::SetPosition(const std::string& room_id, uint64_t seq) {
  Position& position = positions_[room_id];
  position.seq = seq;
  position.last_change = ++changes_;
  if (positions_.size() > kMaxRooms) ForgetMostSilentRoom();
}

void ResumeState::ForgetMostSilentRoom() {
  const auto oldest = std::min_element(
      positions_.begin(), positions_.end(),
      [](const auto& a, const auto& b) { return a.second.last_change < b.second.last_change; });
  positions_.erase(oldest);
  knows_all_rooms_ = false;
}

}  // namespace chatter::client
