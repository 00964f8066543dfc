// Keeps lines that would repeat themselves out of the log: of each kind, one a minute.
//
// Thread-safe.
#ifndef CHATTER_SERVER_BASE_LOG_LIMITER_H_
#define CHATTER_SERVER_BASE_LOG_LIMITER_H_

#include <string>

#include "absl/container/flat_hash_map.h"
#include "common/mutex.h"
#include "common/steady_time.h"

namespace chatter {

class LogLimiter {
 public:
  static constexpr absl::Duration kInterval = absl::Minutes(1);
  static constexpr size_t kMaxKinds = 1'000;  // of what is beyond, nothing is logged

  // Whether a line of this kind is to be logged.
  bool Admit(const std::string& kind, SteadyTime now) {
    MutexLock lock(mu_);
    const auto is_old = [now](const auto& line) { return now >= line.second + kInterval; };
    if (logged_.size() >= kMaxKinds) absl::erase_if(logged_, is_old);
    const auto found = logged_.find(kind);
    if (found == logged_.end())
      return logged_.size() < kMaxKinds && logged_.emplace(kind, now).second;
    if (!is_old(*found)) return false;
    found->second = now;
    return true;
  }

 private:
  Mutex mu_;
  absl::flat_hash_map<std::string, SteadyTime> logged_ ABSL_GUARDED_BY(mu_);
};

}  // namespace chatter

#endif  // CHATTER_SERVER_BASE_LOG_LIMITER_H_
