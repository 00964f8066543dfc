// What was wrong when files were last read again, so that the log tells it once, not every time.
//
// Thread-safe.
#ifndef CHATTER_SERVER_CONFIG_REFRESH_PROBLEM_H_
#define CHATTER_SERVER_CONFIG_REFRESH_PROBLEM_H_

#include <string>
#include <utility>

#include "common/mutex.h"

namespace chatter::config {

class RefreshProblem {
 public:
  // Remembers what was wrong when the files were read; empty: nothing. Returns whether the log
  // hasn't been told of this problem yet.
  bool IsNews(const std::string& problem) {
    MutexLock lock(mu_);
    return std::exchange(told_, problem) != problem && !problem.empty();
  }

  // The next problem is told even if it is the last one again, because somebody asks.
  void Forget() {
    MutexLock lock(mu_);
    told_.clear();
  }

 private:
  Mutex mu_;
  std::string told_ ABSL_GUARDED_BY(mu_);
};

}  // namespace chatter::config

#endif  // CHATTER_SERVER_CONFIG_REFRESH_PROBLEM_H_
