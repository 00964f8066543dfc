// Sockets that listen at an address.
#ifndef CHATTER_SERVER_APP_LISTENING_SOCKETS_H_
#define CHATTER_SERVER_APP_LISTENING_SOCKETS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/app/descriptor.h"

namespace chatter::app {

struct ListeningSockets {
  std::vector<Descriptor> sockets;  // nonblocking
  int port = 0;
  bool loopback_only = true;  // nobody on another machine gets there
};

// `address` is HOST:PORT. A host with several addresses gets a socket for each; 0.0.0.0 and [::]
// stand for all addresses of both kinds. Port 0: any that is free, the same for all.
// Errors: UNAVAILABLE, with the address and what the system says (the port is taken, say).
absl::StatusOr<ListeningSockets> ListenAt(const std::string& address);

}  // namespace chatter::app

#endif  // CHATTER_SERVER_APP_LISTENING_SOCKETS_H_
