// chatterd: the Chatter server.
#include <openssl/crypto.h>
#include <pthread.h>
#include <spdlog/spdlog.h>

#include <csignal>
#include <iostream>
#include <string>
#include <string_view>

#include "absl/synchronization/mutex.h"
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

// Every thread that is made from now on inherits the mask: the main thread alone takes the signals.
sigset_t BlockStopSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return signals;
}

int Serve(const Config& config) {
  const sigset_t stop_signals = BlockStopSignals();
  auto server = Server::Start(config);
  if (!server.ok()) return Fail("the start failed", server.status());
  int signal = 0;
  sigwait(&stop_signals, &signal);
  spdlog::info("draining: signal={} grace={}", signal, absl::FormatDuration(config.drain_grace));
  (*server)->Shutdown();
  spdlog::info("stopped");
  return kSuccess;
}

int Run(const chatter::config::CommandLine& command_line) {
  if (command_line.command != Command::kMigrate) return Serve(command_line.config);
  return chatter::app::RunMigrate(command_line.config, std::cerr) ? kSuccess : kFailure;
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
  chatter::app::SetUpLogging(command_line->config.log_level);
  const int code = Run(*command_line);
  chatter::app::FlushLogs();
  return code;
}
