// A TCP proxy between a client and a server that can end its connections, as bad networks, poolers
// and administrators do.
#ifndef CHATTER_TESTS_SUPPORT_CHAOS_PROXY_H_
#define CHATTER_TESTS_SUPPORT_CHAOS_PROXY_H_

#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "common/mutex.h"

namespace chatter::test {

// Thread-safe. Connections go to 127.0.0.1:`port`.
class ChaosProxy {
 public:
  explicit ChaosProxy(int port);
  ~ChaosProxy();
  ChaosProxy(const ChaosProxy&) = delete;
  ChaosProxy& operator=(const ChaosProxy&) = delete;

  int port() const { return port_; }

  // Ends all connections with a reset, wherever they are in a message.
  void Reset();
  // The client hears the end of what the server says; what it still says is lost.
  void HalfClose();
  // Every client hears this before whatever the server says next.
  void PutInFront(std::string_view bytes);
  // Whatever a client says next, it hears this, and the server nothing of it.
  void AnswerNext(std::string_view bytes);
  // From now on nothing passes, either way, and connections stay open; until Thaw.
  void Freeze();
  void Thaw();

 private:
  struct Pair {
    int client = -1;
    int server = -1;
  };

  void Accept();
  void Forward(Pair pair);
  bool TakeFromClient(Pair pair);
  void WaitWhileFrozen();

  const int target_port_;
  int listener_ = -1;
  int port_ = 0;

  Mutex mu_;
  CondVar thawed_;
  bool frozen_ ABSL_GUARDED_BY(mu_) = false;
  bool stopping_ ABSL_GUARDED_BY(mu_) = false;
  std::string next_answer_ ABSL_GUARDED_BY(mu_);  // empty: none
  std::vector<Pair> open_ ABSL_GUARDED_BY(mu_);
  std::vector<std::thread> threads_ ABSL_GUARDED_BY(mu_);

  std::thread acceptor_;
};

// `url` with the proxy in the server's place.
std::string Through(const ChaosProxy& proxy, const std::string& url);
// The port of the server that `url` names.
int PortOf(const std::string& url);

}  // namespace chatter::test

#endif  // CHATTER_TESTS_SUPPORT_CHAOS_PROXY_H_
