#include "server/base/periodic_task.h"

#include <utility>

#include "common/steady_time.h"

namespace chatter {

PeriodicTask::PeriodicTask(absl::Duration period, std::function<void()> work)
    : period_(period), work_(std::move(work)), thread_([this] { Loop(); }) {}

void PeriodicTask::Poke() {
  MutexLock lock(mu_);
  poked_ = true;
  changed_.NotifyOne(mu_);
}

void PeriodicTask::Stop() {
  {
    MutexLock lock(mu_);
    stopping_ = true;
    changed_.NotifyOne(mu_);
  }
  if (thread_.joinable()) thread_.join();
}

void PeriodicTask::Loop() {
  while (true) {
    {
      MutexLock lock(mu_);
      const SteadyTime due = SteadyTime::Now() + period_;
      while (!poked_ && !stopping_ && changed_.WaitUntil(mu_, due)) {
      }
      if (stopping_) return;
      poked_ = false;
    }
    work_();
  }
}

}  // namespace chatter
