#include "server/postgres/turn_queue.h"

#include <utility>

namespace chatter::postgres {

void TurnQueue::PushBack(PendingPtr pending) {
  LineOf(pending->tenant()).push_back(std::move(pending));
}

void TurnQueue::PushFront(PendingPtr pending) {
  LineOf(pending->tenant()).push_front(std::move(pending));
}

PendingPtr TurnQueue::Pop(absl::FunctionRef<bool(const std::string& tenant)> may_go) {
  for (size_t passed = 0; passed < turns_.size(); ++passed) {
    std::string tenant = std::move(turns_.front());
    turns_.pop_front();
    if (!may_go(tenant)) {
      turns_.push_back(std::move(tenant));
      continue;
    }
    const auto line = lines_.find(tenant);
    PendingPtr pending = std::move(line->second.front());
    line->second.pop_front();
    --size_;
    if (line->second.empty()) {
      lines_.erase(line);
    } else {
      turns_.push_back(std::move(tenant));
    }
    return pending;
  }
  return nullptr;
}

std::deque<PendingPtr>& TurnQueue::LineOf(const std::string& tenant) {
  const auto [line, is_new] = lines_.try_emplace(tenant);
  if (is_new) turns_.push_back(tenant);
  ++size_;
  return line->second;
}

}  // namespace chatter::postgres
