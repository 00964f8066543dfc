#include "tests/support/chaos_proxy.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace chatter::test {
namespace {

sockaddr_in Loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

// Returns false at the end of the connection.
bool SendAll(int to, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = send(to, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(sent));
  }
  return true;
}

// Returns false at the end of either.
bool Copy(int from, int to) {
  char chunk[16 << 10];
  const ssize_t got = recv(from, chunk, sizeof(chunk), 0);
  return got > 0 && SendAll(to, {chunk, static_cast<size_t>(got)});
}

// Where in a URL the port stands: behind the last colon before the path.
std::pair<size_t, size_t> PlaceOfPort(const std::string& url) {
  const size_t path = url.rfind('/');
  const size_t colon = url.rfind(':', path);
  return {colon + 1, path - colon - 1};
}

}  // namespace

ChaosProxy::ChaosProxy(int port) : target_port_(port) {
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = Loopback(0);
  socklen_t size = sizeof(address);
  auto* const raw = reinterpret_cast<sockaddr*>(&address);
  if (bind(listener_, raw, size) != 0 || listen(listener_, 64) != 0 ||
      getsockname(listener_, raw, &size) != 0) {
    std::abort();
  }
  port_ = ntohs(address.sin_port);
  acceptor_ = std::thread([this] { Accept(); });
}

ChaosProxy::~ChaosProxy() {
  {
    MutexLock lock(mu_);
    stopping_ = true;
  }
  Thaw();
  shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  close(listener_);
  Reset();
  std::vector<std::thread> threads;
  {
    MutexLock lock(mu_);
    threads.swap(threads_);
  }
  for (std::thread& thread : threads) thread.join();
}

void ChaosProxy::Accept() {
  for (;;) {
    const int client = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0) return;
    const int server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const sockaddr_in address = Loopback(target_port_);
    if (connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
      close(server);
      close(client);
      continue;
    }
    MutexLock lock(mu_);
    open_.push_back({client, server});
    threads_.emplace_back([this, client, server] { Forward({client, server}); });
  }
}

void ChaosProxy::Forward(Pair pair) {
  pollfd fds[] = {{pair.client, POLLIN, 0}, {pair.server, POLLIN, 0}};
  while (poll(fds, 2, -1) > 0) {
    WaitWhileFrozen();
    if (fds[0].revents != 0 && !TakeFromClient(pair)) break;
    if (fds[1].revents != 0 && !Copy(pair.server, pair.client)) break;
  }
  MutexLock lock(mu_);
  open_.erase(std::remove_if(open_.begin(), open_.end(),
                             [&](const Pair& open) { return open.client == pair.client; }),
              open_.end());
  close(pair.client);
  close(pair.server);
}

bool ChaosProxy::TakeFromClient(Pair pair) {
  std::string answer;
  {
    MutexLock lock(mu_);
    answer.swap(next_answer_);
  }
  if (answer.empty()) return Copy(pair.client, pair.server);
  char unheard[16 << 10];
  return recv(pair.client, unheard, sizeof(unheard), 0) > 0 && SendAll(pair.client, answer);
}

void ChaosProxy::WaitWhileFrozen() {
  MutexLock lock(mu_);
  while (frozen_ && !stopping_) thawed_.Wait(mu_);
}

void ChaosProxy::Reset() {
  MutexLock lock(mu_);
  for (const Pair& pair : open_) {
    // Nothing lingers: a reset, not an orderly end. The forwarder, which this wakes, closes.
    const linger none{.l_onoff = 1, .l_linger = 0};
    for (const int end : {pair.client, pair.server}) {
      setsockopt(end, SOL_SOCKET, SO_LINGER, &none, sizeof(none));
      shutdown(end, SHUT_RD);
    }
  }
}

void ChaosProxy::HalfClose() {
  MutexLock lock(mu_);
  for (const Pair& pair : open_) shutdown(pair.client, SHUT_WR);
}

void ChaosProxy::PutInFront(std::string_view bytes) {
  MutexLock lock(mu_);
  for (const Pair& pair : open_) SendAll(pair.client, bytes);
}

void ChaosProxy::AnswerNext(std::string_view bytes) {
  MutexLock lock(mu_);
  next_answer_ = bytes;
}

void ChaosProxy::Freeze() {
  MutexLock lock(mu_);
  frozen_ = true;
}

void ChaosProxy::Thaw() {
  MutexLock lock(mu_);
  frozen_ = false;
  thawed_.NotifyAll(mu_);
}

std::string Through(const ChaosProxy& proxy, const std::string& url) {
  const auto [begin, size] = PlaceOfPort(url);
  std::string through = url;
  return through.replace(begin, size, absl::StrCat(proxy.port()));
}

int PortOf(const std::string& url) {
  const auto [begin, size] = PlaceOfPort(url);
  int port = 0;
  if (!absl::SimpleAtoi(url.substr(begin, size), &port)) std::abort();
  return port;
}

}  // namespace chatter::test
