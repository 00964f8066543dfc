#include "server/app/periodic_task.h"

#include <utility>

#include "absl/time/clock.h"

namespace chatter::app {

PeriodicTask::PeriodicTask(absl::Duration period, std::function<void()> work)
    : period_(period), work_(std::move(work)), thread_([this] { Loop(); }) {}

void PeriodicTask::Poke() {
  {
    MutexLock lock(mu_);
    poked_ = true;
  }
  changed_.NotifyOne();
}

void PeriodicTask::Stop() {
  {
    MutexLock lock(mu_);
    stopping_ = true;
  }
  changed_.NotifyOne();
  if (thread_.joinable()) thread_.join();
}

void PeriodicTask::Loop() {
  while (true) {
    {
      MutexLock lock(mu_);
      const absl::Time due = absl::Now() + period_;
      while (!poked_ && !stopping_ && absl::Now() < due) changed_.WaitFor(mu_, due - absl::Now());
      if (stopping_) return;
      poked_ = false;
    }
    work_();
  }
}

}  // namespace chatter::app
