#include "client/cli/mailbox.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cstdlib>
#include <utility>

namespace chatter::client::cli {
namespace {

constexpr size_t kMaxWaiting = 1'000;

int MakeEventFd() {
  const int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (fd < 0) std::abort();  // no file descriptors left
  return fd;
}

}  // namespace

Mailbox::Mailbox() : fd_(MakeEventFd()) {}

Mailbox::~Mailbox() { close(fd_); }

void Mailbox::Post(Closure closure) {
  MutexLock lock(mu_);
  while (closures_.size() >= kMaxWaiting && !stopped_) room_made_.Wait(mu_);
  if (stopped_) return;
  closures_.push_back(std::move(closure));
  eventfd_write(fd_, 1);
}

void Mailbox::Run() {
  std::deque<Closure> closures;
  {
    MutexLock lock(mu_);
    eventfd_t count = 0;
    eventfd_read(fd_, &count);
    std::swap(closures, closures_);
    room_made_.NotifyAll(mu_);
  }
  for (const Closure& closure : closures) closure();
}

void Mailbox::WaitAndRun() {
  pollfd waited{fd_, POLLIN, 0};
  poll(&waited, 1, -1);
  Run();
}

void Mailbox::Stop() {
  MutexLock lock(mu_);
  stopped_ = true;
  room_made_.NotifyAll(mu_);
}

}  // namespace chatter::client::cli
