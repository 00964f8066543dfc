#include "client/stream/resume_state.h"

#include <algorithm>
#include <utility>

namespace chatter::client {

ResumeState::ResumeState(const Cursors& cursors) {
  for (const auto& [room_id, cursor] : cursors) {
    SetPosition(room_id, cursor.seq).epoch = cursor.epoch;
  }
}

v1::Open ResumeState::MakeOpen() {
  std::erase_if(positions_, [](const auto& room) { return room.second.left; });
  v1::Open open;
  open.set_epoch(EpochOfCursors());
  for (auto& [room_id, position] : positions_) {
    auto* cursor = open.add_cursors();
    cursor->set_room_id(room_id);
    cursor->set_after_seq(position.seq);
    position.in_open = true;
  }
  return open;
}

std::string ResumeState::EpochOfCursors() const {
  std::string epoch = epoch_;
  for (const auto& [room_id, position] : positions_) {
    const bool counts = position.seq > 0 && !position.epoch.empty();
    if (counts && position.epoch != epoch_) epoch = position.epoch;
  }
  return epoch;
}

bool ResumeState::OnOpened(const v1::Opened& opened) {
  user_id_ = opened.user_id();
  if (!opened.epoch().empty()) epoch_ = opened.epoch();
  // The server has taken these for ones of its own.
  for (auto& [room_id, position] : positions_) {
    if (position.in_open && position.epoch.empty()) position.epoch = epoch_;
  }
  for (const auto& room_id : opened.unknown_room_ids()) positions_.erase(room_id);
  bool complete = true;
  for (const auto& room : opened.rooms()) complete = OnRoomHead(room) && complete;
  knows_all_rooms_ = opened.rooms_size() >= opened.room_count();
  return complete;
}

bool ResumeState::OnRoomHead(const v1::RoomHead& room) {
  if (!positions_.contains(room.room_id())) {
    // Of a room that the user came into while we were away, we want that event and what followed.
    const uint64_t before_joining = room.joined_seq() == 0 ? 0 : room.joined_seq() - 1;
    SetPosition(room.room_id(), knows_all_rooms_ ? before_joining : room.head_seq());
  }
  Position& position = positions_.at(room.room_id());
  position.joined_seq = room.joined_seq();
  // A room that the server wasn't told of begins at the head.
  return position.in_open || (position.epoch == epoch_ && position.seq >= room.head_seq());
}

ResumeState::Verdict ResumeState::OnRoomEvent(const v1::RoomEvent& event) {
  const auto known = positions_.find(event.room_id());
  if (known != positions_.end()) {
    if (event.seq() <= known->second.seq) return Verdict::kRepeated;
    if (event.seq() != known->second.seq + 1 && !known->second.left) return Verdict::kGap;
  }
  Position& position = SetPosition(event.room_id(), event.seq());
  position.left = TakesUserOut(event, position);
  return Verdict::kNew;
}

bool ResumeState::TakesUserOut(const v1::RoomEvent& event, const Position& position) const {
  if (!event.has_members_removed() || event.seq() < position.joined_seq) return false;
  const auto& user_ids = event.members_removed().user_ids();
  return std::find(user_ids.begin(), user_ids.end(), user_id_) != user_ids.end();
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
  bool complete = heartbeat.epoch().empty() || heartbeat.epoch() == epoch_;
  for (const auto& head : heartbeat.heads()) {
    const auto position = positions_.find(head.room_id());
    if (position != positions_.end()) {
      if (position->second.seq < head.head_seq()) complete = false;
    } else if (knows_all_rooms_) {
      complete =
          false;  // a new room of which nothing arrived: the next `opened` tells where it begins
    } else {
      SetPosition(head.room_id(), head.head_seq());
    }
  }
  return complete;
}

Cursors ResumeState::cursors() const {
  Cursors cursors;
  for (const auto& [room_id, position] : positions_) {
    if (!position.left) cursors[room_id] = {position.seq, position.epoch};
  }
  return cursors;
}

ResumeState::Position& ResumeState::SetPosition(const std::string& room_id, uint64_t seq) {
  Position& position = positions_[room_id];
  position.seq = seq;
  position.epoch = epoch_;
  position.left = false;
  position.last_change = ++changes_;
  if (positions_.size() > kMaxRooms) ForgetMostSilentRoom();
  return position;
}

// One that the user is out of, if there is one.
void ResumeState::ForgetMostSilentRoom() {
  const auto oldest =
      std::min_element(positions_.begin(), positions_.end(), [](const auto& a, const auto& b) {
        return std::pair(!a.second.left, a.second.last_change) <
               std::pair(!b.second.left, b.second.last_change);
      });
  if (!oldest->second.left) knows_all_rooms_ = false;
  positions_.erase(oldest);
}

}  // namespace chatter::client
