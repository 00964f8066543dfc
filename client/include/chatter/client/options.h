// How to reach a server, and as whom.
#ifndef CHATTER_CLIENT_OPTIONS_H_
#define CHATTER_CLIENT_OPTIONS_H_

#include <string>

#include "absl/time/time.h"

namespace chatter::client {

struct ClientOptions {
  std::string address = "127.0.0.1:50051";  // host:port, or any other target that gRPC knows
  std::string tenant;        // its schema's name, in UTF-8; empty: the server goes by the host name
  std::string token;         // bearer token: a session's, a JWT or a key; empty: none is sent
  std::string on_behalf_of;  // the user as whom a service calls; empty: the credential's own
  bool tls = false;
  std::string tls_root_certs_file;  // PEM; empty: the system's. Only with `tls`
  // The client's certificate, with those between it and its authority, and its key; PEM. Both or
  // none, and only with `tls`.
  std::string tls_cert_file;
  std::string tls_key_file;
  absl::Duration timeout = absl::Seconds(10);  // of each unary call
};

}  // namespace chatter::client

#endif  // CHATTER_CLIENT_OPTIONS_H_
