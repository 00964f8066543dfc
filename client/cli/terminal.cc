#include "client/cli/terminal.h"

#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

namespace chatter::client::cli {
namespace {

constexpr size_t kDefaultWidth = 80;
constexpr int kDeadly[] = {SIGTERM, SIGHUP, SIGINT, SIGQUIT};
constexpr int kChanging[] = {SIGCONT, SIGWINCH};
constexpr std::string_view kBracketPastes = "\x1B[?2004h";
constexpr std::string_view kPlainPastes = "\r\x1B[J\x1B[?2004l";  // without the input line

// For the signal handlers, too.
termios original_mode;
termios raw_mode;
int changed = -1;  // an eventfd

void WriteAll(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(STDOUT_FILENO, bytes.data(), bytes.size());
    if (written < 0 && errno != EINTR) return;  // the terminal is gone; so will be its input
    if (written > 0) bytes.remove_prefix(static_cast<size_t>(written));
  }
}

void Restore() {
  const pid_t in_foreground = tcgetpgrp(STDIN_FILENO);
  if (in_foreground > 0 && in_foreground != getpgrp()) return;  // the terminal is another's
  WriteAll(kPlainPastes);
  tcsetattr(STDIN_FILENO, TCSANOW, &original_mode);
}

bool MakeRaw() {
  if (tcsetattr(STDIN_FILENO, TCSANOW, &raw_mode) != 0) return false;
  WriteAll(kBracketPastes);
  return true;
}

void SetHandler(int signal_number, void (*handler)(int), int flags) {
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_flags = flags;
  sigaction(signal_number, &action, nullptr);
}

void RestoreAndDie(int signal_number) {
  Restore();
  raise(signal_number);  // blocked until this returns; then the default action ends the process
}

void NoteChange(int /*signal_number*/) {
  const int error = errno;
  eventfd_write(changed, 1);
  errno = error;
}

// Not blocked meanwhile, so that the process stops within raise(): all of its threads do. Nothing
// stops where no shell is there to let it go on.
void RestoreAndStop(int signal_number) {
  const int error = errno;
  Restore();
  SetHandler(signal_number, SIG_DFL, 0);
  raise(signal_number);
  SetHandler(signal_number, RestoreAndStop, SA_NODEFER | SA_RESTART);
  NoteChange(signal_number);
  errno = error;
}

// Ctrl-Z stays a signal, which the terminal sends to all programs of the job.
termios MakeRawMode(termios mode) {
  mode.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO | IEXTEN);
  mode.c_lflag |= NOFLSH;
  mode.c_iflag &= ~static_cast<tcflag_t>(IXON | ICRNL | INLCR | IGNCR);
  mode.c_cc[VINTR] = mode.c_cc[VQUIT] = _POSIX_VDISABLE;
  mode.c_cc[VMIN] = 1;
  mode.c_cc[VTIME] = 0;
  return mode;
}

}  // namespace

bool OnTerminal() { return isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1; }

absl::StatusOr<std::unique_ptr<RawTerminal>> RawTerminal::Create() {
  if (tcgetattr(STDIN_FILENO, &original_mode) != 0) {
    return absl::InternalError("the terminal's mode can't be read");
  }
  changed = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (changed < 0) return absl::InternalError("no file descriptor is left");
  raw_mode = MakeRawMode(original_mode);
  if (!MakeRaw()) {
    close(changed);
    return absl::InternalError("the terminal's mode can't be set");
  }
  for (const int number : kDeadly)
    SetHandler(number, RestoreAndDie, static_cast<int>(SA_RESETHAND));
  for (const int number : kChanging) SetHandler(number, NoteChange, SA_RESTART);
  SetHandler(SIGTSTP, RestoreAndStop, SA_NODEFER | SA_RESTART);
  return std::unique_ptr<RawTerminal>(new RawTerminal());
}

RawTerminal::~RawTerminal() {
  for (const int number : kDeadly) std::signal(number, SIG_DFL);
  for (const int number : kChanging) std::signal(number, SIG_DFL);
  std::signal(SIGTSTP, SIG_DFL);
  Restore();
  close(changed);
}

size_t RawTerminal::Width() const {
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return kDefaultWidth;
  return size.ws_col;
}

void RawTerminal::Write(std::string_view bytes) const { WriteAll(bytes); }

int RawTerminal::changed_fd() const { return changed; }

void RawTerminal::Resume() const {
  eventfd_t count = 0;
  eventfd_read(changed, &count);
  MakeRaw();
}

}  // namespace chatter::client::cli
