// A thread that runs closures in the order in which they were posted.
//
// Thread-safe. State that only one worker's closures touch needs no lock.
#ifndef CHATTER_SERVER_BASE_WORKER_H_
#define CHATTER_SERVER_BASE_WORKER_H_

#include <functional>
#include <thread>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "common/mutex.h"

namespace chatter {

class Worker {
 public:
  // `rest` runs whenever all that had been posted has been run.
  explicit Worker(std::function<void()> rest = [] {});
  // Runs what has been posted, then ends the thread. Closures posted meanwhile are dropped.
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  void Post(absl::AnyInvocable<void()> closure);

 private:
  void Loop();

  const std::function<void()> rest_;

  Mutex mu_;
  CondVar posted_;
  std::vector<absl::AnyInvocable<void()>> queue_ ABSL_GUARDED_BY(mu_);
  bool stopping_ ABSL_GUARDED_BY(mu_) = false;
  std::thread thread_;  // the last member: the loop uses the others
};

}  // namespace chatter

#endif  // CHATTER_SERVER_BASE_WORKER_H_
