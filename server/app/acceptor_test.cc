#include "server/app/acceptor.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/mutex.h"
#include "common/steady_time.h"

namespace chatter::app {
namespace {

constexpr std::string_view kPreface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
constexpr int kPatienceMillis = 20'000;

class AcceptorTest : public testing::Test {
 protected:
  ~AcceptorTest() override { acceptor_ = nullptr; }

  void Start(Acceptor::Options options) {
    options.address = "127.0.0.1:0";
    auto acceptor = Acceptor::Listen(std::move(options));
    ASSERT_TRUE(acceptor.ok()) << acceptor.status();
    acceptor_ = *std::move(acceptor);
    acceptor_->Start([this](int fd) {
      MutexLock lock(mu_);
      handed_over_.emplace_back(fd);
      changed_.NotifyAll(mu_);
    });
  }

  static Acceptor::Options Bounds(size_t all, size_t per_address) {
    return {.max_connections = all, .max_connections_per_address = per_address};
  }

  // A client's end of a new connection.
  Descriptor Connect(const char* from = "127.0.0.1") const {
    Descriptor fd(socket(AF_INET, SOCK_STREAM, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    inet_pton(AF_INET, from, &address.sin_addr);
    EXPECT_EQ(bind(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
    address.sin_port = htons(static_cast<uint16_t>(acceptor_->port()));
    EXPECT_EQ(connect(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    return fd;
  }
  Descriptor Speak(const char* from = "127.0.0.1") const {
    Descriptor fd = Connect(from);
    Say(fd, kPreface);
    return fd;
  }
  static void Say(const Descriptor& fd, std::string_view text) {
    send(fd.get(), text.data(), text.size(), MSG_NOSIGNAL);
  }

  // Whether the server closes it.
  static bool Closed(const Descriptor& fd) {
    pollfd readable = {.fd = fd.get(), .events = POLLIN, .revents = 0};
    char byte = 0;
    return poll(&readable, 1, kPatienceMillis) == 1 && recv(fd.get(), &byte, 1, 0) <= 0;
  }

  bool AwaitHandedOver(size_t count) {
    const SteadyTime end = SteadyTime::Now() + absl::Milliseconds(kPatienceMillis);
    MutexLock lock(mu_);
    while (handed_over_.size() < count) {
      if (!changed_.WaitUntil(mu_, end)) return false;
    }
    return true;
  }
  void CloseHandedOver() {
    MutexLock lock(mu_);
    handed_over_.clear();
  }

  Mutex mu_;
  CondVar changed_;
  std::vector<Descriptor> handed_over_ ABSL_GUARDED_BY(mu_);
  std::unique_ptr<Acceptor> acceptor_;
};

TEST_F(AcceptorTest, HandsOverWhoSpeaksHttp2WithAllThatWasSaid) {
  Start(Bounds(10, 10));
  const Descriptor client = Connect();
  Say(client, kPreface.substr(0, 5));
  Say(client, kPreface.substr(5));
  ASSERT_TRUE(AwaitHandedOver(1));
  std::string said(kPreface.size(), '\0');
  MutexLock lock(mu_);
  EXPECT_EQ(recv(handed_over_[0].get(), said.data(), said.size(), MSG_WAITALL),
            static_cast<ssize_t>(said.size()));
  EXPECT_EQ(said, kPreface);
}

TEST_F(AcceptorTest, ClosesWhoSpeaksAnythingElse) {
  Start(Bounds(10, 10));
  const Descriptor client = Connect();
  Say(client, "GET / HTTP/1.1\r\n\r\n");
  EXPECT_TRUE(Closed(client));
  EXPECT_EQ(acceptor_->stats().silent, 1);
}

TEST_F(AcceptorTest, WithTlsExpectsAHandshake) {
  Acceptor::Options options = Bounds(10, 10);
  options.tls = true;
  Start(std::move(options));
  EXPECT_TRUE(Closed(Speak()));
  const Descriptor client = Connect();
  Say(client, "\x16");
  EXPECT_TRUE(AwaitHandedOver(1));
}

TEST_F(AcceptorTest, ClosesTheSilent) {
  Acceptor::Options options = Bounds(10, 10);
  options.greeting_time = absl::Milliseconds(1);
  Start(std::move(options));
  const Descriptor silent = Connect();
  EXPECT_TRUE(Closed(silent));
  EXPECT_EQ(acceptor_->stats().silent, 1);
  EXPECT_EQ(acceptor_->stats().connections, 0);
}

TEST_F(AcceptorTest, ClosesNewcomersBeyondTheBoundUntilThereIsRoom) {
  Start(Bounds(2, 2));
  const Descriptor first = Speak();
  const Descriptor second = Speak();
  ASSERT_TRUE(AwaitHandedOver(2));
  EXPECT_TRUE(Closed(Speak()));
  EXPECT_EQ(acceptor_->stats().refused, 1);
  EXPECT_EQ(acceptor_->stats().connections, 2);

  CloseHandedOver();
  // It is noticed a moment later.
  bool accepted = false;
  while (!accepted) {
    const Descriptor client = Speak();
    pollfd closed = {.fd = client.get(), .events = POLLIN, .revents = 0};
    accepted = poll(&closed, 1, 50) == 0;
  }
  EXPECT_TRUE(AwaitHandedOver(1));
}

TEST_F(AcceptorTest, TheSilentGiveWay) {
  Start(Bounds(2, 2));
  const Descriptor speaking = Speak();
  ASSERT_TRUE(AwaitHandedOver(1));
  const Descriptor silent = Connect();
  const Descriptor newcomer = Speak("127.0.0.2");
  EXPECT_TRUE(Closed(silent));
  EXPECT_TRUE(AwaitHandedOver(2));
  EXPECT_EQ(acceptor_->stats().refused, 0);
}

TEST_F(AcceptorTest, BoundsEachAddress) {
  Start(Bounds(10, 1));
  const Descriptor first = Speak();
  ASSERT_TRUE(AwaitHandedOver(1));
  EXPECT_TRUE(Closed(Speak()));
  EXPECT_EQ(acceptor_->stats().refused_by_address, 1);
  const Descriptor other = Speak("127.0.0.2");
  EXPECT_TRUE(AwaitHandedOver(2));
}

TEST_F(AcceptorTest, DoesNotBoundProxiesByAddress) {
  Acceptor::Options options = Bounds(10, 1);
  options.trusted_proxies = *identity::TrustedProxies::Parse("127.0.0.1");
  Start(std::move(options));
  const Descriptor first = Speak();
  const Descriptor second = Speak();
  EXPECT_TRUE(AwaitHandedOver(2));
}

TEST_F(AcceptorTest, StopsListening) {
  Start(Bounds(10, 10));
  const Descriptor waiting = Connect();
  acceptor_->Stop();
  EXPECT_TRUE(Closed(waiting));
}

TEST(ListenAtTest, AHostWithSeveralAddressesHasOnePort) {
  const auto listening = ListenAt("localhost:0");
  ASSERT_TRUE(listening.ok()) << listening.status();
  EXPECT_GE(listening->sockets.size(), 1);
  EXPECT_GT(listening->port, 0);
  EXPECT_TRUE(listening->loopback_only);
}

TEST(ListenAtTest, EverywhereIsBothKindsOfAddress) {
  for (const char* address : {"0.0.0.0:0", "[::]:0"}) {
    const auto listening = ListenAt(address);
    ASSERT_TRUE(listening.ok()) << listening.status();
    EXPECT_FALSE(listening->loopback_only);
    const Descriptor client(socket(AF_INET, SOCK_STREAM, 0));
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    to.sin_port = htons(static_cast<uint16_t>(listening->port));
    EXPECT_EQ(connect(client.get(), reinterpret_cast<sockaddr*>(&to), sizeof to), 0) << address;
  }
}

TEST(ListenAtTest, SaysWhyItCant) {
  const auto taken = ListenAt("127.0.0.1:0");
  ASSERT_TRUE(taken.ok());
  const std::string address = absl::StrCat("127.0.0.1:", taken->port);
  const auto second = ListenAt(address);
  EXPECT_EQ(second.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(second.status().message(),
            absl::StrCat("can't listen on ", address, ": Address already in use"));
  EXPECT_FALSE(ListenAt("no-such-host.invalid:1").ok());
  EXPECT_FALSE(ListenAt("192.0.2.1:0").ok());
}

}  // namespace
}  // namespace chatter::app
