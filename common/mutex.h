// A std::mutex that clang's thread-safety analysis understands.
//
// std::mutex rather than absl::Mutex because the thread sanitizer sees through it; wrapped because
// libstdc++ doesn't annotate its own.
#ifndef CHATTER_COMMON_MUTEX_H_
#define CHATTER_COMMON_MUTEX_H_

#include <condition_variable>
#include <mutex>

#include "absl/base/thread_annotations.h"
#include "common/steady_time.h"

namespace chatter {

class ABSL_LOCKABLE Mutex {
 public:
  void Lock() ABSL_EXCLUSIVE_LOCK_FUNCTION() { mutex_.lock(); }
  void Unlock() ABSL_UNLOCK_FUNCTION() { mutex_.unlock(); }

 private:
  friend class CondVar;
  std::mutex mutex_;
};

class ABSL_SCOPED_LOCKABLE MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) ABSL_EXCLUSIVE_LOCK_FUNCTION(mutex) : mutex_(mutex) {
    mutex_.Lock();
  }
  ~MutexLock() ABSL_UNLOCK_FUNCTION() { mutex_.Unlock(); }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

 private:
  Mutex& mutex_;
};

// Waits may wake without cause: call them in a loop that checks the condition.
class CondVar {
 public:
  void Wait(Mutex& mutex) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex) {
    std::unique_lock<std::mutex> lock(mutex.mutex_, std::adopt_lock);
    cond_.wait(lock);
    lock.release();
  }
  // Returns false when `deadline` has passed.
  bool WaitUntil(Mutex& mutex, SteadyTime deadline) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex) {
    std::unique_lock<std::mutex> lock(mutex.mutex_, std::adopt_lock);
    const bool woken = cond_.wait_until(lock, deadline.ToChrono()) == std::cv_status::no_timeout;
    lock.release();
    return woken;
  }
  // With the mutex held that those wait with: whoever is woken may destroy all this as soon as it
  // has the mutex, and a notice that came behind would then touch what is gone.
  void NotifyOne([[maybe_unused]] Mutex& mutex) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex) {
    cond_.notify_one();
  }
  void NotifyAll([[maybe_unused]] Mutex& mutex) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex) {
    cond_.notify_all();
  }

 private:
  std::condition_variable cond_;
};

}  // namespace chatter

#endif  // CHATTER_COMMON_MUTEX_H_
