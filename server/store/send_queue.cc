#include "server/store/send_queue.h"

#include <algorithm>
#include <string_view>
#include <tuple>
#include <utility>

#include "absl/container/flat_hash_set.h"

namespace chatter::store {
namespace {

// What makes a message unique. Views into the message.
using SendKey = std::tuple<std::string_view, uint64_t, RoomId, std::string_view, std::string_view>;

SendKey KeyOf(const NewMessage& message) {
  return {message.room.tenant.text(), message.room.tenant.stamp, message.room.room,
          message.sender_id, message.client_message_id};
}

}  // namespace

bool SendQueue::Add(Send& send) {
  const auto fits = [&](const Amount& amount, size_t part) {
    return amount.rows < kMaxRows / part && amount.bytes + send.bytes() <= kMaxBytes / part;
  };
  const auto tenant = tenants_.find(send.message.room.tenant);
  const bool known = tenant != tenants_.end();
  if (!fits(known && tenant->second.aside ? aside_ : with_others_, 1)) return false;
  if (known && !fits(tenant->second.amount, 2)) return false;
  Sends one;
  one.push_back(std::move(send));
  Put(std::move(one), End::kBack);
  return true;
}

std::vector<Send> SendQueue::TakeBatch(size_t max_rows, size_t max_bytes) {
  return Take([this] { return turns_.empty() ? tenants_.end() : tenants_.find(turns_.front()); },
              Rooms::kFree, max_rows, max_bytes);
}

std::vector<Send> SendQueue::TakeBatchOf(const TenantKey& tenant, Rooms rooms, size_t max_rows,
                                         size_t max_bytes) {
  return Take(
      [&] {
        const auto found = tenants_.find(tenant);
        const bool empty = found->second.turns_of(rooms == Rooms::kHeld).empty();
        return empty ? tenants_.end() : found;
      },
      rooms, max_rows, max_bytes);
}

template <typename NextTenant>
std::vector<Send> SendQueue::Take(NextTenant next, Rooms rooms, size_t max_rows, size_t max_bytes) {
  std::vector<Send> batch;
  batch.reserve(std::min(this->rows(), max_rows));  // keys are views into its elements
  std::list<Sends> repeated;
  absl::flat_hash_set<SendKey> keys;
  size_t bytes = 0;
  for (auto tenant = next(); tenant != tenants_.end() && batch.size() < max_rows; tenant = next()) {
    const RoomId& room = tenant->second.turns_of(rooms == Rooms::kHeld).front();
    bytes += tenant->second.rooms.find(room)->second.sends.front().bytes();
    if (bytes > max_bytes && !batch.empty()) break;
    Sends one = Pop(tenant, rooms);
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

SendQueue::Sends SendQueue::Pop(Tenants::iterator found, Rooms rooms) {
  Tenant& tenant = found->second;
  Turns& room_turns = tenant.turns_of(rooms == Rooms::kHeld);
  const auto room = tenant.rooms.find(room_turns.front());
  Sends& sends = room->second.sends;
  Sends one;
  one.splice(one.end(), sends, sends.begin());
  Subtract(tenant, one.front());
  if (!sends.empty()) {
    room_turns.push_back(room->first);
  } else {
    tenant.rooms.erase(room);
  }
  room_turns.pop_front();
  if (tenant.aside) return one;
  if (!tenant.rooms.empty()) {
    turns_.push_back(found->first);
  } else {
    tenants_.erase(found);
  }
  turns_.pop_front();
  return one;
}

void SendQueue::Subtract(Tenant& tenant, const Send& send) {
  tenant.amount -= {1, send.bytes()};
  total_of(tenant) -= {1, send.bytes()};
}

void SendQueue::Put(Sends one, End end) {
  const RoomKey& key = one.front().message.room;
  Tenant& tenant = tenants_[key.tenant];
  if (tenant.rooms.empty() && !tenant.aside) turns_.push_back(key.tenant);
  Room& room = tenant.rooms[key.room];
  if (room.sends.empty()) {
    end == End::kFront ? tenant.turns.push_front(key.room) : tenant.turns.push_back(key.room);
  }
  tenant.amount += {1, one.front().bytes()};
  total_of(tenant) += {1, one.front().bytes()};
  room.sends.splice(end == End::kFront ? room.sends.begin() : room.sends.end(), one);
}

void SendQueue::SetAside(const TenantKey& name) {
  Tenant& tenant = tenants_[name];
  if (std::exchange(tenant.aside, true)) return;
  std::erase(turns_, name);
  with_others_ -= tenant.amount;
  aside_ += tenant.amount;
}

void SendQueue::TakeBack(const TenantKey& name) {
  const auto found = tenants_.find(name);
  Tenant& tenant = found->second;
  tenant.aside = false;
  aside_ -= tenant.amount;
  with_others_ += tenant.amount;
  for (const RoomId& room : std::exchange(tenant.held_turns, {})) tenant.turns.push_back(room);
  for (auto& [id, room] : tenant.rooms) room.held = false;
  if (tenant.rooms.empty()) {
    tenants_.erase(found);
  } else {
    turns_.push_back(name);
  }
}

bool SendQueue::Has(const TenantKey& tenant, Rooms rooms) const {
  const Tenant& found = tenants_.find(tenant)->second;
  return !(rooms == Rooms::kHeld ? found.held_turns : found.turns).empty();
}

void SendQueue::Hold(const RoomKey& room) { SetHeld(room, true); }

void SendQueue::Free(const RoomKey& room) { SetHeld(room, false); }

void SendQueue::SetHeld(const RoomKey& key, bool held) {
  Tenant& tenant = tenants_.find(key.tenant)->second;
  const auto room = tenant.rooms.find(key.room);
  if (room == tenant.rooms.end() || std::exchange(room->second.held, held) == held) return;
  std::erase(tenant.turns_of(!held), key.room);
  tenant.turns_of(held).push_back(key.room);
}

void SendQueue::PutBack(std::vector<Send> batch) {
  std::for_each(batch.rbegin(), batch.rend(), [this](Send& send) {
    Sends one;
    one.push_back(std::move(send));
    Put(std::move(one), End::kFront);
  });
}

std::vector<Send> SendQueue::TakeAllOf(const TenantKey& name) {
  return TakeIf(tenants_.find(name)->second, [](const Send&) { return true; });
}

std::vector<Send> SendQueue::TakeExpired(SteadyTime now) {
  std::vector<Send> expired;
  for (auto& [name, tenant] : tenants_) {
    if (!tenant.aside) continue;
    auto some = TakeIf(tenant, [now](const Send& send) { return send.deadline <= now; });
    std::move(some.begin(), some.end(), std::back_inserter(expired));
  }
  return expired;
}

template <typename Condition>
std::vector<Send> SendQueue::TakeIf(Tenant& tenant, Condition condition) {
  std::vector<Send> taken;
  for (auto room = tenant.rooms.begin(); room != tenant.rooms.end();) {
    Sends& sends = room->second.sends;
    for (auto send = sends.begin(); send != sends.end();) {
      if (!condition(*send)) {
        ++send;
        continue;
      }
      Subtract(tenant, *send);
      taken.push_back(std::move(*send));
      send = sends.erase(send);
    }
    const auto next = std::next(room);
    if (sends.empty()) {
      std::erase(tenant.turns_of(room->second.held), room->first);
      tenant.rooms.erase(room);
    }
    room = next;
  }
  return taken;
}

}  // namespace chatter::store
