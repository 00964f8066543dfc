// The terminal in raw mode: it hands over every key at once, and obeys none but the one that stops
// a program (Ctrl-Z). What is pasted comes between ESC [200~ and ESC [201~ ("bracketed paste").
//
// One at a time per process. Restores the terminal when destroyed, and when the process is ended or
// stopped by a signal.
#ifndef CHATTER_CLIENT_CLI_TERMINAL_H_
#define CHATTER_CLIENT_CLI_TERMINAL_H_

#include <cstddef>
#include <memory>
#include <string_view>

#include "absl/status/statusor.h"

namespace chatter::client::cli {

// Whether both standard input and standard output are terminals.
bool OnTerminal();

class RawTerminal {
 public:
  // REQUIRES: OnTerminal(). Errors: INTERNAL.
  static absl::StatusOr<std::unique_ptr<RawTerminal>> Create();
  ~RawTerminal();
  RawTerminal(const RawTerminal&) = delete;
  RawTerminal& operator=(const RawTerminal&) = delete;

  size_t Width() const;
  void Write(std::string_view bytes) const;

  // Readable when the terminal isn't what it was: it has another size, or the process goes on after
  // a stop. Then Resume() must be called, and all be drawn anew.
  int changed_fd() const;
  // A process in the background stops here, until it is in the foreground.
  void Resume() const;

 private:
  RawTerminal() = default;
};

}  // namespace chatter::client::cli

#endif  // CHATTER_CLIENT_CLI_TERMINAL_H_
