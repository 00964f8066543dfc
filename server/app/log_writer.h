// Writes lines to a file descriptor from a thread of its own.
//
// Whoever reads there may stall for as long as they like: nobody who logs ever waits for them. What
// can't wait any longer is dropped, counted, and owned up to once the reader goes on.
#ifndef CHATTER_SERVER_APP_LOG_WRITER_H_
#define CHATTER_SERVER_APP_LOG_WRITER_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

#include "absl/time/time.h"

namespace chatter::app {

// Thread-safe.
class LogWriter {
 public:
  // Of what waits. As much again may be on its way to the descriptor.
  static constexpr size_t kMaxWaitingBytes = size_t{1} << 20;

  // Makes the line that says how many are missing.
  using DropNotice = std::function<std::string(uint64_t lines)>;

  // `fd` stays the caller's, and must stay open.
  LogWriter(int fd, DropNotice notice);
  // Waits for the reader, but no longer than Flush does.
  ~LogWriter();
  LogWriter(const LogWriter&) = delete;
  LogWriter& operator=(const LogWriter&) = delete;

  // `lines` are whole ones. They are all written, or all dropped.
  void Write(std::string_view lines);

  // Waits until everything is written, but no longer than a second. False: something isn't.
  bool Flush();

  uint64_t dropped_lines() const;

 private:
  struct State;
  static void Loop(State& state);

  const std::shared_ptr<State> state_;  // the thread's, too, which may be left behind
  std::thread thread_;
};

}  // namespace chatter::app

#endif  // CHATTER_SERVER_APP_LOG_WRITER_H_
