#include "server/rooms/send_order.h"

namespace chatter::rooms {

void SendOrder::Place::Run(Step step) && {
  const auto order = std::exchange(order_, nullptr);
  if (order == nullptr) return step();
  order->Settle(room_, number_, std::move(step));
}

SendOrder::Place SendOrder::Take(const RoomId& room) {
  MutexLock lock(mu_);
  Queue& queue = rooms_[room];
  queue.slots.emplace_back();
  return {shared_from_this(), room, queue.first + queue.slots.size() - 1};
}

bool SendOrder::IsFree(const RoomId& room) const {
  MutexLock lock(mu_);
  return !rooms_.contains(room);
}

void SendOrder::Settle(const RoomId& room, uint64_t number, Step step) {
  {
    MutexLock lock(mu_);
    Queue& queue = rooms_[room];
    Slot& slot = queue.slots[number - queue.first];
    slot.settled = true;
    slot.step = std::move(step);
    if (queue.running) return;
    queue.running = true;
  }
  while (Step next = TakeNext(room)) next();
}

SendOrder::Step SendOrder::TakeNext(const RoomId& room) {
  MutexLock lock(mu_);
  const auto found = rooms_.find(room);
  Queue& queue = found->second;
  while (!queue.slots.empty() && queue.slots.front().settled) {
    Step step = std::move(queue.slots.front().step);
    queue.slots.pop_front();
    ++queue.first;
    if (step) return step;
  }
  queue.running = false;
  if (queue.slots.empty()) rooms_.erase(found);
  return nullptr;
}

}  // namespace chatter::rooms
