// A thread that does something again and again.
//
// Thread-safe but for Stop.
#ifndef CHATTER_SERVER_BASE_PERIODIC_TASK_H_
#define CHATTER_SERVER_BASE_PERIODIC_TASK_H_

#include <functional>
#include <thread>

#include "absl/time/time.h"
#include "common/mutex.h"

namespace chatter {

class PeriodicTask {
 public:
  // Runs `work` after each `period`, on a thread of its own.
  PeriodicTask(absl::Duration period, std::function<void()> work);
  ~PeriodicTask() { Stop(); }
  PeriodicTask(const PeriodicTask&) = delete;
  PeriodicTask& operator=(const PeriodicTask&) = delete;

  // Runs `work` soon.
  void Poke();
  // Waits for `work` to end, and runs it no more. Does nothing the second time. Not to be called
  // from `work`.
  void Stop();

 private:
  void Loop();

  const absl::Duration period_;
  const std::function<void()> work_;

  Mutex mu_;
  CondVar changed_;
  bool poked_ ABSL_GUARDED_BY(mu_) = false;
  bool stopping_ ABSL_GUARDED_BY(mu_) = false;
  std::thread thread_;  // the last member: the loop uses the others
};

}  // namespace chatter

#endif  // CHATTER_SERVER_BASE_PERIODIC_TASK_H_
