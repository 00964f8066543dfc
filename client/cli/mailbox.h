// Closures that other threads leave for the main thread, which may wait for them by poll().
//
// Thread-safe. Bounded: whoever posts too fast waits, so that a slow terminal slows down the server
// instead of filling memory.
#ifndef CHATTER_CLIENT_CLI_MAILBOX_H_
#define CHATTER_CLIENT_CLI_MAILBOX_H_

#include <deque>
#include <functional>

#include "common/mutex.h"

namespace chatter::client::cli {

class Mailbox {
 public:
  using Closure = std::function<void()>;

  Mailbox();
  ~Mailbox();
  Mailbox(const Mailbox&) = delete;
  Mailbox& operator=(const Mailbox&) = delete;

  // Waits while 1,000 are waiting. After Stop(), drops it.
  void Post(Closure closure);

  // Runs what is there.
  void Run();
  // Waits until something is there, then runs it.
  void WaitAndRun();

  // From now on nothing is taken and nobody waits: to be called before the posting threads are
  // joined.
  void Stop();

  // Readable while something is there.
  int fd() const { return fd_; }

 private:
  const int fd_;  // an eventfd

  Mutex mu_;
  CondVar room_made_;
  std::deque<Closure> closures_ ABSL_GUARDED_BY(mu_);
  bool stopped_ ABSL_GUARDED_BY(mu_) = false;
};

}  // namespace chatter::client::cli

#endif  // CHATTER_CLIENT_CLI_MAILBOX_H_
