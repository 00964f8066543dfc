// What was wrong when files were last read again, so that the log tells it once, not every time.
//
// Thread-safe.
#ifndef CHATTER_SERVER_CONFIG_REFRESH_PROBLEM_H_
#define CHATTER_SERVER_CONFIG_REFRESH_PROBLEM_H_

#include <string>
#include <utility>

#include "server/base/mutex.h"

namespace chatter::config {

class RefreshProblem {
 public:
  // Remembers how reading has gone; empty: well. Whether this is a problem that isn't told yet.
  bool IsNews(const std::string& problem) {
    MutexLock lock(mu_);
    return std::exchange(told_, problem) != problem && !problem.empty();
  }

  // Whatever is wrong the next time is news, because somebody asks.
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
