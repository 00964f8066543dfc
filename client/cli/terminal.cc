#include "client/cli/terminal.h"

#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

namespace chatter::client::cli {
namespace {

constexpr size_t kDefaultWidth = 80;
constexpr int kSignals[] = {SIGTERM, SIGHUP, SIGINT, SIGQUIT};

termios original_mode;  // for the signal handler, too

void Restore() { tcsetattr(STDIN_FILENO, TCSANOW, &original_mode); }

void RestoreAndDie(int signal_number) {
  Restore();
  raise(signal_number);  // blocked until this returns; then the default action ends the process
}

}  // namespace

bool OnTerminal() { return isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1; }

absl::StatusOr<std::unique_ptr<RawTerminal>> RawTerminal::Create() {
  if (tcgetattr(STDIN_FILENO, &original_mode) != 0) {
    return absl::InternalError("the terminal's mode can't be read");
  }
  termios raw = original_mode;
  raw.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO | ISIG | IEXTEN);
  raw.c_iflag &= ~static_cast<tcflag_t>(IXON | ICRNL | INLCR | IGNCR);
  raw.c_cc[VMIN] = 1;
  raw.c_cc[VTIME] = 0;
  if (tcsetattr(STDIN_FILENO, TCSANOW, &raw) != 0) {
    return absl::InternalError("the terminal's mode can't be set");
  }
  struct sigaction action {};
  action.sa_handler = RestoreAndDie;
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  for (const int signal_number : kSignals) sigaction(signal_number, &action, nullptr);
  return std::unique_ptr<RawTerminal>(new RawTerminal());
}

RawTerminal::~RawTerminal() {
  for (const int signal_number : kSignals) std::signal(signal_number, SIG_DFL);
  Restore();
}

size_t RawTerminal::Width() const {
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return kDefaultWidth;
  return size.ws_col;
}

void RawTerminal::Write(std::string_view bytes) const {
  while (!bytes.empty()) {
    const ssize_t written = write(STDOUT_FILENO, bytes.data(), bytes.size());
    if (written < 0 && errno != EINTR) return;  // the terminal is gone; so will be its input
    if (written > 0) bytes.remove_prefix(static_cast<size_t>(written));
  }
}

}  // namespace chatter::client::cli
