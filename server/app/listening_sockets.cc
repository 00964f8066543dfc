#include "server/app/listening_sockets.h"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace chatter::app {
namespace {

// As gRPC's keepalive: a peer that takes nothing for so long is gone.
constexpr unsigned kUserTimeoutMillis = 20'000;

struct FreeAddresses {
  void operator()(addrinfo* addresses) const { freeaddrinfo(addresses); }
};
using Addresses = std::unique_ptr<addrinfo, FreeAddresses>;

absl::Status CannotListenError(const std::string& address, const char* why) {
  return absl::UnavailableError(absl::StrCat("can't listen on ", address, ": ", why));
}

// Without the scheme and the brackets.
std::pair<std::string, std::string> SplitAddress(absl::string_view address) {
  for (const absl::string_view scheme : {"dns:///", "dns:", "ipv4:", "ipv6:"}) {
    if (absl::ConsumePrefix(&address, scheme)) break;
  }
  const size_t colon = address.rfind(':');
  absl::string_view host = address.substr(0, colon);
  if (absl::ConsumePrefix(&host, "[")) absl::ConsumeSuffix(&host, "]");
  return {std::string(host), std::string(address.substr(colon + 1))};
}

bool Set(int fd, int level, int option, int value) {
  return setsockopt(fd, level, option, &value, sizeof value) == 0;
}

void SetPort(sockaddr* address, int port) {
  const auto network_port = htons(static_cast<uint16_t>(port));
  if (address->sa_family == AF_INET6) {
    reinterpret_cast<sockaddr_in6*>(address)->sin6_port = network_port;
  } else {
    reinterpret_cast<sockaddr_in*>(address)->sin_port = network_port;
  }
}

int PortOf(int fd) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
  return ntohs(address.ss_family == AF_INET6 ? reinterpret_cast<sockaddr_in6&>(address).sin6_port
                                             : reinterpret_cast<sockaddr_in&>(address).sin_port);
}

bool IsLoopback(const sockaddr* address) {
  if (address->sa_family == AF_INET6) {
    return IN6_IS_ADDR_LOOPBACK(&reinterpret_cast<const sockaddr_in6*>(address)->sin6_addr);
  }
  constexpr uint32_t kLoopbackNetwork = 127;
  const auto* const v4 = reinterpret_cast<const sockaddr_in*>(address);
  return ntohl(v4->sin_addr.s_addr) >> 24 == kLoopbackNetwork;
}

// Invalid, with errno set: it can't be.
Descriptor Listen(const addrinfo& at, bool both_kinds) {
  Descriptor fd(socket(at.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP));
  if (!fd.valid()) return fd;
  const bool v6 = at.ai_family == AF_INET6;
  // What is accepted inherits the rest. No SO_REUSEPORT: else two servers could share a port, each
  // getting some of the connections.
  if (!Set(fd.get(), SOL_SOCKET, SO_REUSEADDR, 1) ||
      (v6 && !Set(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, both_kinds ? 0 : 1)) ||
      !Set(fd.get(), IPPROTO_TCP, TCP_NODELAY, 1) ||
      !Set(fd.get(), IPPROTO_TCP, TCP_USER_TIMEOUT, kUserTimeoutMillis) ||
      bind(fd.get(), at.ai_addr, at.ai_addrlen) != 0 || listen(fd.get(), SOMAXCONN) != 0) {
    const int error = errno;
    fd.Close();
    errno = error;
  }
  return fd;
}

absl::StatusOr<Addresses> Resolve(const std::string& address, const std::string& host,
                                  const std::string& port) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const int error = getaddrinfo(host.c_str(), port.c_str(), &hints, &found);
  if (error != 0) return CannotListenError(address, gai_strerror(error));
  return Addresses(found);
}

}  // namespace

absl::StatusOr<ListeningSockets> ListenAt(const std::string& address) {
  auto [host, port] = SplitAddress(address);
  const bool everywhere = host == "0.0.0.0" || host == "::";
  ListeningSockets result;
  if (!absl::SimpleAtoi(port, &result.port)) return CannotListenError(address, "it has no port");
  int error = 0;
  // A machine without IPv6 gets what is left of everywhere.
  for (const char* name : {everywhere ? "::" : host.c_str(), "0.0.0.0"}) {
    auto addresses = Resolve(address, name, port);
    if (!addresses.ok()) return addresses.status();
    for (addrinfo* at = addresses->get(); at != nullptr; at = at->ai_next) {
      SetPort(at->ai_addr, result.port);
      Descriptor fd = Listen(*at, everywhere);
      if (fd.valid()) {
        result.port = PortOf(fd.get());
        result.loopback_only = result.loopback_only && IsLoopback(at->ai_addr);
        result.sockets.push_back(std::move(fd));
      } else {
        error = errno;
        if (error == EADDRINUSE || error == EACCES) {
          return CannotListenError(address, std::strerror(error));
        }
      }
    }
    if (!everywhere || !result.sockets.empty()) break;
  }
  if (result.sockets.empty()) return CannotListenError(address, std::strerror(error));
  return result;
}

}  // namespace chatter::app
