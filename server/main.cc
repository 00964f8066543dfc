// chatterd: the Chatter server.
#include <openssl/crypto.h>
#include <pthread.h>
#include <spdlog/spdlog.h>

#include <csignal>
#include <iostream>
#include <string>
#include <string_view>

#include "absl/synchronization/mutex.h"
#include "server/app/check_command.h"
#include "server/app/logging.h"
#include "server/app/migrate_command.h"
#include "server/app/server.h"
#include "server/config/config.h"

namespace {

using chatter::app::Server;
using chatter::config::Command;
using chatter::config::Config;

constexpr int kSuccess = 0;
constexpr int kFailure = 1;
constexpr int kWrongUsage = 2;

int Fail(std::string_view what, const absl::Status& status) {
  spdlog::error("{}: {}", what, std::string(status.message()));
  return kFailure;
}

// Those that would end the process, and mean nothing to it. What is left tells of a fault, or asks
// for a core dump (SIGQUIT).
void IgnoreSignalsWithoutMeaning() {
  for (const int signal :
       {SIGUSR1, SIGUSR2, SIGALRM, SIGVTALRM, SIGPROF, SIGIO, SIGPWR, SIGSTKFLT, SIGXFSZ}) {
    std::signal(signal, SIG_IGN);
  }
  for (int signal = SIGRTMIN; signal <= SIGRTMAX; ++signal) std::signal(signal, SIG_IGN);
}

// `how`: as pthread_sigmask has it.
void SetHangup(int how) {
  sigset_t hangup;
  sigemptyset(&hangup);
  sigaddset(&hangup, SIGHUP);
  pthread_sigmask(how, &hangup, nullptr);
}

// Run before main(), and before the libraries set themselves up, which takes a while: a SIGHUP of
// somebody who can't know how far the start is waits, rather than ends the process.
[[gnu::section(".preinit_array"), gnu::used]] void (*const block_hangup)() = [] {
  SetHangup(SIG_BLOCK);
};

sigset_t SignalsWithMeaning() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&signals, signal);
  return signals;
}

// REQUIRES: there is no other thread yet. Those that are made from now on inherit the mask: one
// without it would take a signal while the main thread is busy, and with it the process's end.
void BlockSignalsWithMeaning() {
  const sigset_t signals = SignalsWithMeaning();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

// Returns the signal to stop. Until then, SIGHUP has files read again.
int WaitForStop(Server& server) {
  const sigset_t signals = SignalsWithMeaning();
  while (true) {
    int signal = 0;
    sigwait(&signals, &signal);
    if (signal != SIGHUP) return signal;
    spdlog::info("reading certificates and keys again: signal={}", signal);
    server.RereadFiles();
  }
}

int Serve(const Config& config) {
  auto server = Server::Start(config);
  if (!server.ok()) return Fail("the start failed", server.status());
  const int signal = WaitForStop(**server);
  spdlog::info("draining: signal={} grace={}", signal, absl::FormatDuration(config.drain_grace));
  (*server)->Shutdown();
  spdlog::info("stopped");
  return kSuccess;
}

int Run(const chatter::config::CommandLine& command_line) {
  const Config& config = command_line.config;
  switch (command_line.command) {
    case Command::kMigrate:
      return chatter::app::RunMigrate(config, command_line.restored, std::cerr) ? kSuccess
                                                                                : kFailure;
    case Command::kCheck:
      return chatter::app::RunCheck(config, std::cout) ? kSuccess : kFailure;
    case Command::kServe:
    case Command::kShowText:
      break;
  }
  return Serve(config);
}

}  // namespace

int main(int argc, char** argv) {
  // A thread of gRPC may outlive main(): nothing of OpenSSL may be cleaned up under it at exit.
  OPENSSL_init_crypto(OPENSSL_INIT_NO_ATEXIT, nullptr);
  const auto command_line =
      chatter::config::ParseCommandLine(argc, argv, chatter::config::ProcessEnvironment());
  if (!command_line.ok()) {
    std::cerr << "chatterd: " << command_line.status().message() << '\n';
    return kWrongUsage;
  }
  if (command_line->command == Command::kShowText) {
    std::cout << command_line->text;
    return kSuccess;
  }
  // gRPC's locks are Abseil's, and Debian's Abseil looks for deadlocks at each: for debugging only.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  std::signal(SIGPIPE, SIG_IGN);  // a peer that is gone is an error of the write
  if (command_line->command == Command::kServe) {
    IgnoreSignalsWithoutMeaning();
    BlockSignalsWithMeaning();
  } else {
    SetHangup(SIG_UNBLOCK);
  }
  chatter::app::SetUpLogging(command_line->config.log_level);
  const int code = Run(*command_line);
  chatter::app::FlushLogs();
  return code;
}
