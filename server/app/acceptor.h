// Accepts connections for gRPC, so that there is a bound to them that can't be talked away.
//
// gRPC 1.51 stops listening for good once it finds no free descriptor, lets one address have all
// there are, and gives a connection that says nothing two minutes. Here a newcomer beyond a bound
// is closed at once, others are accepted as soon as there is room again, and gRPC isn't told of a
// connection before its peer has said something that may be HTTP/2, or TLS.
//
// gRPC closes what it has been handed by itself. Which of these connections are still there is
// found out by looking at the sockets: whenever that matters, and every second.
//
// Made, started and stopped by one thread; stats() is thread-safe.
#ifndef CHATTER_SERVER_APP_ACCEPTOR_H_
#define CHATTER_SERVER_APP_ACCEPTOR_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/app/descriptor.h"
#include "server/app/listening_sockets.h"
#include "server/identity/trusted_proxies.h"

namespace chatter::app {

class Acceptor {
 public:
  struct Options {
    std::string address = {};  // as ListenAt takes it
    bool tls = false;          // what peers must begin with
    size_t max_connections = 0;
    size_t max_connections_per_address = 0;
    // Those who bring many people: only the bound of all holds for them.
    identity::TrustedProxies trusted_proxies = {};
    // How long a peer may take until it has said enough to be handed over.
    absl::Duration greeting_time = absl::Seconds(10);
  };

  // All but the first since the start.
  struct Stats {
    size_t connections = 0;  // open
    uint64_t refused = 0;    // beyond the bound of all
    uint64_t refused_by_address = 0;
    uint64_t silent = 0;  // closed because they had said nothing, or nothing sensible
  };

  // Gets a connection: a nonblocking socket that is its own from then on. Called by one thread.
  using HandOver = std::function<void(int fd)>;

  // Errors: those of ListenAt.
  static absl::StatusOr<std::unique_ptr<Acceptor>> Listen(Options options);
  ~Acceptor() { Stop(); }

  int port() const { return listening_.port; }
  size_t max_connections() const { return options_.max_connections; }
  bool loopback_only() const { return listening_.loopback_only; }

  // Until then, whoever connects waits.
  void Start(HandOver hand_over);
  // Listens no more, and closes what hasn't been handed over. Does nothing the second time.
  void Stop();

  Stats stats() const;

 private:
  class Loop;

  Acceptor(Options options, ListeningSockets listening);

  const Options options_;
  ListeningSockets listening_;
  Descriptor stop_event_;

  std::atomic<size_t> connections_ = 0;
  std::atomic<uint64_t> refused_ = 0;
  std::atomic<uint64_t> refused_by_address_ = 0;
  std::atomic<uint64_t> silent_ = 0;

  std::thread thread_;  // the last member: the loop uses the others
};

}  // namespace chatter::app

#endif  // CHATTER_SERVER_APP_ACCEPTOR_H_
