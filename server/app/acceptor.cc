#include "server/app/acceptor.h"

#include <fcntl.h>
#include <spdlog/spdlog.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <list>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "common/steady_time.h"
#include "server/identity/peer_address.h"

namespace chatter::app {
namespace {

constexpr std::string_view kHttp2Preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
constexpr char kTlsHandshake = 0x16;  // the kind of a connection's first record

// Looking at 10,000 sockets takes 3 ms: not for every newcomer of a flood.
constexpr absl::Duration kMinSweepInterval = absl::Milliseconds(100);
constexpr absl::Duration kSweepInterval = absl::Seconds(1);
// When accepting fails for want of something that others have.
constexpr absl::Duration kPause = absl::Milliseconds(100);
constexpr absl::Duration kReportInterval = absl::Minutes(1);
constexpr int kMaxAcceptedAtOnce = 64;

enum class Greeting { kWait, kRight, kWrong };

Greeting ReadGreeting(int fd, bool tls) {
  std::array<char, kHttp2Preface.size()> bytes{};
  const ssize_t size = recv(fd, bytes.data(), bytes.size(), MSG_PEEK);
  if (size < 0 && (errno == EAGAIN || errno == EINTR)) return Greeting::kWait;
  if (size <= 0) return Greeting::kWrong;
  if (tls) return bytes[0] == kTlsHandshake ? Greeting::kRight : Greeting::kWrong;
  const std::string_view said(bytes.data(), static_cast<size_t>(size));
  if (!kHttp2Preface.starts_with(said)) return Greeting::kWrong;
  return said.size() == kHttp2Preface.size() ? Greeting::kRight : Greeting::kWait;
}

// What a descriptor stands for; 0: nothing.
ino_t SocketBehind(int fd) {
  struct stat about {};
  return fstat(fd, &about) == 0 && S_ISSOCK(about.st_mode) ? about.st_ino : 0;
}

}  // namespace

// The thread's own state.
class Acceptor::Loop {
 public:
  Loop(Acceptor& acceptor, HandOver hand_over)
      : acceptor_(acceptor),
        options_(acceptor.options_),
        hand_over_(std::move(hand_over)),
        epoll_(epoll_create1(EPOLL_CLOEXEC)) {
    Watch(acceptor_.stop_event_.get(), EPOLLIN);
    for (const Descriptor& socket : acceptor_.listening_.sockets) Watch(socket.get(), EPOLLIN);
  }
  ~Loop() {
    for (const int fd : waiting_) close(fd);
  }

  void Run() {
    std::array<epoll_event, 64> events{};
    while (true) {
      const int count = epoll_wait(epoll_.get(), events.data(), events.size(), MillisToNext());
      now_ = SteadyTime::Now();
      for (int i = 0; i < count; ++i) {
        const int fd = events[static_cast<size_t>(i)].data.fd;
        if (fd == acceptor_.stop_event_.get()) return;
        if (IsListening(fd)) {
          AcceptFrom(fd);
        } else {
          Hear(fd);
        }
      }
      CloseSilent();
      if (paused_until_.has_value() && now_ >= *paused_until_) Resume();
      if (now_ - swept_at_ >= kSweepInterval) Sweep();
      Report();
    }
  }

 private:
  struct Connection {
    identity::IpAddress network;
    bool counts_by_address;
    ino_t socket;
    SteadyTime accepted_at;
    std::optional<std::list<int>::iterator> waiting;  // nullopt: it has been handed over
  };
  using Connections = std::unordered_map<int, Connection>;

  void Watch(int fd, uint32_t events, int operation = EPOLL_CTL_ADD) const {
    epoll_event event{};
    event.events = events;
    event.data.fd = fd;
    epoll_ctl(epoll_.get(), operation, fd, &event);
  }

  bool IsListening(int fd) const {
    const auto& sockets = acceptor_.listening_.sockets;
    return std::any_of(sockets.begin(), sockets.end(),
                       [fd](const Descriptor& socket) { return socket.get() == fd; });
  }

  int MillisToNext() const {
    SteadyTime next = now_ + kSweepInterval;
    if (paused_until_.has_value()) next = std::min(next, *paused_until_);
    if (!waiting_.empty()) next = std::min(next, SilentAt(waiting_.front()));
    const absl::Duration left = absl::Ceil(next - SteadyTime::Now(), absl::Milliseconds(1));
    return static_cast<int>(std::max<int64_t>(0, absl::ToInt64Milliseconds(left)));
  }

  SteadyTime SilentAt(int fd) const {
    return connections_.at(fd).accepted_at + options_.greeting_time;
  }

  void AcceptFrom(int listening) {
    for (int i = 0; i < kMaxAcceptedAtOnce; ++i) {
      sockaddr_storage address{};
      socklen_t size = sizeof address;
      const int fd = accept4(listening, reinterpret_cast<sockaddr*>(&address), &size,
                             SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (fd >= 0) {
        Admit(fd, address);
      } else if (errno == EMFILE || errno == ENFILE) {
        return TurnAway(listening);
      } else if (errno == ENOMEM || errno == ENOBUFS) {
        return Pause();
      } else if (errno == EAGAIN) {
        return;
      }  // else the newcomer's own fault, who is gone
    }
  }

  // Without a descriptor nobody can be accepted, nor be refused. The spare one is for that.
  void TurnAway(int listening) {
    ++acceptor_.refused_;
    spare_.Close();
    const Descriptor turned_away(accept4(listening, nullptr, nullptr, SOCK_CLOEXEC));
    Pause();
  }

  // Anything that keeps accepting from going on would keep this loop turning.
  void Pause() {
    paused_until_ = now_ + kPause;
    for (const Descriptor& socket : acceptor_.listening_.sockets) {
      Watch(socket.get(), 0, EPOLL_CTL_MOD);
    }
  }

  void Resume() {
    paused_until_ = std::nullopt;
    if (!spare_.valid()) spare_ = OpenSpare();
    for (const Descriptor& socket : acceptor_.listening_.sockets) {
      Watch(socket.get(), EPOLLIN, EPOLL_CTL_MOD);
    }
  }

  void Admit(int fd, const sockaddr_storage& address) {
    // Whoever had the number is gone.
    if (const auto found = connections_.find(fd); found != connections_.end()) Forget(found);
    const identity::IpAddress network = identity::NetworkOf(identity::AddressOf(address));
    const bool counts_by_address = !options_.trusted_proxies.Trusts(identity::PeerText(address));
    if (!HasRoom()) {
      ++acceptor_.refused_;
      close(fd);
    } else if (counts_by_address && !HasRoomFor(network)) {
      ++acceptor_.refused_by_address_;
      close(fd);
    } else {
      if (counts_by_address) ++by_network_[network];
      connections_.emplace(fd, Connection{.network = network,
                                          .counts_by_address = counts_by_address,
                                          .socket = SocketBehind(fd),
                                          .accepted_at = now_,
                                          .waiting = waiting_.insert(waiting_.end(), fd)});
      acceptor_.connections_ = connections_.size();
      // The edge only: half a greeting must not keep the loop turning.
      Watch(fd, EPOLLIN | EPOLLRDHUP | EPOLLET);
    }
  }

  // A newcomer is worth more than one who has said nothing so far.
  bool HasRoom() {
    const auto has_room = [this] { return connections_.size() < options_.max_connections; };
    if (has_room() || (MaySweep() && (Sweep(), has_room()))) return true;
    if (waiting_.empty()) return false;
    CloseWaiting(waiting_.front());
    return true;
  }

  bool HasRoomFor(const identity::IpAddress& network) {
    const auto has_room = [&] {
      const auto found = by_network_.find(network);
      return found == by_network_.end() || found->second < options_.max_connections_per_address;
    };
    return has_room() || (MaySweep() && (Sweep(), has_room()));
  }

  bool MaySweep() const { return now_ - swept_at_ >= kMinSweepInterval; }

  // Finds out which of those that were handed over are gone.
  void Sweep() {
    swept_at_ = now_;
    for (auto it = connections_.begin(); it != connections_.end();) {
      const auto next = std::next(it);
      if (!it->second.waiting.has_value() && SocketBehind(it->first) != it->second.socket) {
        Forget(it);
      }
      it = next;
    }
  }

  void Forget(Connections::iterator connection) {
    const Connection& gone = connection->second;
    if (gone.counts_by_address && --by_network_[gone.network] == 0) by_network_.erase(gone.network);
    if (gone.waiting.has_value()) waiting_.erase(*gone.waiting);
    connections_.erase(connection);
    acceptor_.connections_ = connections_.size();
  }

  void Hear(int fd) {
    const auto found = connections_.find(fd);
    if (found == connections_.end() || !found->second.waiting.has_value()) return;
    switch (ReadGreeting(fd, options_.tls)) {
      case Greeting::kWait:
        return;
      case Greeting::kWrong:
        return CloseWaiting(fd);
      case Greeting::kRight:
        waiting_.erase(*std::exchange(found->second.waiting, std::nullopt));
        epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, nullptr);
        hand_over_(fd);
    }
  }

  void CloseWaiting(int fd) {
    ++acceptor_.silent_;
    Forget(connections_.find(fd));
    close(fd);
  }

  void CloseSilent() {
    while (!waiting_.empty() && now_ >= SilentAt(waiting_.front())) CloseWaiting(waiting_.front());
  }

  // A flood must not become one of the log.
  void Report() {
    const uint64_t refused = acceptor_.refused_ + acceptor_.refused_by_address_;
    if (refused == reported_ || now_ - reported_at_ < kReportInterval) return;
    spdlog::warn("connections refused: count={} open={} limit={} limit_by_address={}",
                 refused - reported_, connections_.size(), options_.max_connections,
                 options_.max_connections_per_address);
    reported_ = refused;
    reported_at_ = now_;
  }

  static Descriptor OpenSpare() { return Descriptor(open("/dev/null", O_RDONLY | O_CLOEXEC)); }

  Acceptor& acceptor_;
  const Options& options_;
  const HandOver hand_over_;
  const Descriptor epoll_;

  Descriptor spare_ = OpenSpare();
  Connections connections_;  // by descriptor
  std::list<int> waiting_;   // for their greeting; the oldest first
  absl::flat_hash_map<identity::IpAddress, size_t> by_network_;
  SteadyTime now_ = SteadyTime::Now();
  SteadyTime swept_at_ = now_;
  std::optional<SteadyTime> paused_until_;
  uint64_t reported_ = 0;
  SteadyTime reported_at_ = now_ - kReportInterval;
};

absl::StatusOr<std::unique_ptr<Acceptor>> Acceptor::Listen(Options options) {
  auto listening = ListenAt(options.address);
  if (!listening.ok()) return listening.status();
  return std::unique_ptr<Acceptor>(new Acceptor(std::move(options), *std::move(listening)));
}

Acceptor::Acceptor(Options options, ListeningSockets listening)
    : options_(std::move(options)),
      listening_(std::move(listening)),
      stop_event_(eventfd(0, EFD_CLOEXEC)) {}

void Acceptor::Start(HandOver hand_over) {
  thread_ = std::thread([this, hand_over = std::move(hand_over)] { Loop(*this, hand_over).Run(); });
}

void Acceptor::Stop() {
  eventfd_write(stop_event_.get(), 1);
  if (thread_.joinable()) thread_.join();
  listening_.sockets.clear();
}

Acceptor::Stats Acceptor::stats() const {
  return {.connections = connections_,
          .refused = refused_,
          .refused_by_address = refused_by_address_,
          .silent = silent_};
}

}  // namespace chatter::app
