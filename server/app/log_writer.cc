#include "server/app/log_writer.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "common/mutex.h"
#include "common/steady_time.h"

namespace chatter::app {
namespace {

constexpr absl::Duration kFlushTime = absl::Seconds(1);

// Blocks until the descriptor has taken it all, or fails for good.
void WriteAll(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(fd, text.data(), text.size());
    if (written >= 0) {
      text.remove_prefix(static_cast<size_t>(written));
    } else if (errno == EAGAIN) {  // whoever shares the descriptor has made it nonblocking
      pollfd writable = {.fd = fd, .events = POLLOUT, .revents = 0};
      poll(&writable, 1, /*timeout=*/-1);
    } else if (errno != EINTR) {
      return;  // the reader is gone, or the disk is full: there is nowhere to say it
    }
  }
}

}  // namespace

struct LogWriter::State {
  State(int the_fd, DropNotice the_notice) : fd(the_fd), notice(std::move(the_notice)) {}

  const int fd;
  const DropNotice notice;

  Mutex mu;
  CondVar changed;
  std::string waiting ABSL_GUARDED_BY(mu);
  bool writing ABSL_GUARDED_BY(mu) = false;
  bool stopping ABSL_GUARDED_BY(mu) = false;
  uint64_t dropped ABSL_GUARDED_BY(mu) = 0;
  uint64_t dropped_untold ABSL_GUARDED_BY(mu) = 0;
};

LogWriter::LogWriter(int fd, DropNotice notice)
    : state_(std::make_shared<State>(fd, std::move(notice))),
      thread_([state = state_] { Loop(*state); }) {}

LogWriter::~LogWriter() {
  const bool all_written = Flush();
  {
    MutexLock lock(state_->mu);
    state_->stopping = true;
    state_->changed.NotifyAll(state_->mu);
  }
  if (all_written) {
    thread_.join();
  } else {
    thread_.detach();  // it waits for a reader who may never come
  }
}

void LogWriter::Write(std::string_view lines) {
  MutexLock lock(state_->mu);
  if (state_->waiting.size() + lines.size() > kMaxWaitingBytes) {
    const auto count = static_cast<uint64_t>(std::count(lines.begin(), lines.end(), '\n'));
    state_->dropped += count;
    state_->dropped_untold += count;
    return;
  }
  state_->waiting.append(lines);
  state_->changed.NotifyAll(state_->mu);
}

bool LogWriter::Flush() {
  const SteadyTime end = SteadyTime::Now() + kFlushTime;
  MutexLock lock(state_->mu);
  while (state_->writing || !state_->waiting.empty()) {
    if (!state_->changed.WaitUntil(state_->mu, end)) return false;
  }
  return true;
}

uint64_t LogWriter::dropped_lines() const {
  MutexLock lock(state_->mu);
  return state_->dropped;
}

void LogWriter::Loop(State& state) {
  while (true) {
    std::string text;
    uint64_t dropped = 0;
    {
      MutexLock lock(state.mu);
      state.writing = false;
      if (state.waiting.empty()) state.changed.NotifyAll(state.mu);
      while (state.waiting.empty() && !state.stopping) state.changed.Wait(state.mu);
      if (state.waiting.empty()) return;
      text.swap(state.waiting);
      dropped = std::exchange(state.dropped_untold, 0);
      state.writing = true;
    }
    // They were dropped because this much waited, so they came after it.
    if (dropped > 0) text += state.notice(dropped);
    WriteAll(state.fd, text);
  }
}

}  // namespace chatter::app
