// The operator's own proxies: peers that are believed when they say which host was called.
//
// Thread-safe once made. Knows addresses only: resolves no names.
#ifndef CHATTER_SERVER_IDENTITY_TRUSTED_PROXIES_H_
#define CHATTER_SERVER_IDENTITY_TRUSTED_PROXIES_H_

#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "server/identity/peer_address.h"

namespace chatter::identity {

class TrustedProxies {
 public:
  // Trusts nobody.
  TrustedProxies() = default;

  // Reads a list with commas between: addresses ("10.0.0.7", "fd00::7"), networks ("10.0.0.0/8",
  // "fd00::/8") and "unix", which stands for all Unix sockets. Networks of IPv6 hold no address of
  // IPv4; an address of IPv4 that is mapped into IPv6 counts as itself.
  // Errors: INVALID_ARGUMENT; the message names the entry.
  static absl::StatusOr<TrustedProxies> Parse(std::string_view list);

  // `peer` is what gRPC calls the other end of a connection, such as "ipv4:127.0.0.1:1234",
  // "ipv6:%5B::1%5D:1234" or "unix:/run/proxy.sock". What isn't understood isn't trusted.
  bool Trusts(std::string_view peer) const;

 private:
  struct Network {
    IpAddress address;
    int prefix_bits;  // of the 128
  };

  static absl::StatusOr<Network> ParseNetwork(std::string_view text);

  std::vector<Network> networks_;
  bool unix_ = false;
};

}  // namespace chatter::identity

#endif  // CHATTER_SERVER_IDENTITY_TRUSTED_PROXIES_H_
