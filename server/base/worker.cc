#include "server/base/worker.h"

#include <utility>

namespace chatter {

Worker::Worker(std::function<void()> rest) : rest_(std::move(rest)), thread_([this] { Loop(); }) {}

Worker::~Worker() {
  {
    MutexLock lock(mu_);
    stopping_ = true;
    posted_.NotifyOne(mu_);
  }
  thread_.join();
}

void Worker::Post(absl::AnyInvocable<void()> closure) {
  MutexLock lock(mu_);
  if (stopping_) return;
  queue_.push_back(std::move(closure));
  if (queue_.size() > 1) return;  // the thread is awake, or has been woken already
  posted_.NotifyOne(mu_);
}

void Worker::Loop() {
  std::vector<absl::AnyInvocable<void()>> batch;
  while (true) {
    {
      MutexLock lock(mu_);
      while (queue_.empty() && !stopping_) posted_.Wait(mu_);
      if (queue_.empty()) return;
      batch.swap(queue_);
    }
    for (auto& closure : batch) closure();
    batch.clear();
    rest_();
  }
}

}  // namespace chatter
