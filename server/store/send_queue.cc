#include "server/store/send_queue.h"

#include <algorithm>
#include <string_view>
#include <tuple>
#include <utility>

#include "absl/container/flat_hash_set.h"

namespace chatter::store {
namespace {

// What makes a message unique. Views into the message.
using SendKey = std::tuple<std::string_view, RoomId, std::string_view, std::string_view>;

SendKey KeyOf(const NewMessage& message) {
  return {message.room.tenant.text(), message.room.room, message.sender_id,
          message.client_message_id};
}

}  // namespace

bool SendQueue::Add(Send& send) {
  const auto fits = [&](const Amount& held, size_t part) {
    return held.rows < kMaxRows / part && held.bytes + send.bytes() <= kMaxBytes / part;
  };
  const RoomKey& key = send.message.room;
  const auto tenant = tenants_.find(key.tenant);
  if (!fits(held_, 1) || (tenant != tenants_.end() && !fits(tenant->second.held, 2))) return false;
  Sends one;
  one.push_back(std::move(send));
  Put(std::move(one), End::kBack);
  return true;
}

std::vector<Send> SendQueue::TakeBatch(size_t max_rows, size_t max_bytes) {
  std::vector<Send> batch;
  batch.reserve(std::min(held_.rows, max_rows));  // keys are views into its elements
  std::list<Sends> repeated;
  absl::flat_hash_set<SendKey> keys;
  size_t bytes = 0;
  while (!turns_.empty() && batch.size() < max_rows) {
    bytes += Next().bytes();
    if (bytes > max_bytes && !batch.empty()) break;
    Sends one = Pop();
    if (keys.contains(KeyOf(one.front().message))) {
      repeated.push_front(std::move(one));
      continue;
    }
    batch.push_back(std::move(one.front()));
    keys.insert(KeyOf(batch.back().message));
  }
  for (Sends& one : repeated) Put(std::move(one), End::kFront);  // the last one first
  return batch;
}

const Send& SendQueue::Next() const {
  const Tenant& tenant = tenants_.find(turns_.front())->second;
  return tenant.rooms.find(tenant.turns.front())->second.front();
}

SendQueue::Sends SendQueue::Pop() {
  const auto tenant = tenants_.find(turns_.front());
  auto& [room_turns, rooms, held] = tenant->second;
  const auto room = rooms.find(room_turns.front());
  Sends one;
  one.splice(one.end(), room->second, room->second.begin());
  for (Amount* amount : {&held_, &held}) {
    --amount->rows;
    amount->bytes -= one.front().bytes();
  }
  // The room goes to the end of its tenant's line, and the tenant to the end of all.
  if (!room->second.empty()) {
    room_turns.push_back(room->first);
  } else {
    rooms.erase(room);
  }
  room_turns.pop_front();
  if (!rooms.empty()) {
    turns_.push_back(tenant->first);
  } else {
    tenants_.erase(tenant);
  }
  turns_.pop_front();
  return one;
}

void SendQueue::Put(Sends one, End end) {
  const RoomKey& key = one.front().message.room;
  Tenant& tenant = tenants_[key.tenant];
  if (tenant.rooms.empty()) turns_.push_back(key.tenant);
  Sends& room = tenant.rooms[key.room];
  if (room.empty()) tenant.turns.push_back(key.room);
  for (Amount* amount : {&held_, &tenant.held}) {
    ++amount->rows;
    amount->bytes += one.front().bytes();
  }
  room.splice(end == End::kFront ? room.begin() : room.end(), one);
}

}  // namespace chatter::store
