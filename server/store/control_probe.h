// Whether the directory of tenants, which every call needs, can be read just now.
//
// Connections that stand aren't enough: somebody may hold a lock on it, or PostgreSQL may have no
// time for anybody. Thread-safe.
#ifndef CHATTER_SERVER_STORE_CONTROL_PROBE_H_
#define CHATTER_SERVER_STORE_CONTROL_PROBE_H_

#include <atomic>
#include <functional>
#include <memory>

namespace chatter::postgres {
class ControlDatabase;
}  // namespace chatter::postgres

namespace chatter::store {

class ControlProbe {
 public:
  // `on_change` hears of each change of readable(), from the database's thread. The database must
  // outlive the probe; `on_change` must do so until the database is stopped.
  ControlProbe(postgres::ControlDatabase& database, std::function<void()> on_change);

  // Asks, unless the last question is still without its answer.
  void Ask();
  // As of the last answer; true before the first.
  bool readable() const { return state_->readable; }

 private:
  struct State {
    std::atomic<bool> asking = false;
    std::atomic<bool> readable = true;
    std::function<void()> on_change;
  };

  postgres::ControlDatabase& database_;
  const std::shared_ptr<State> state_;
};

}  // namespace chatter::store

#endif  // CHATTER_SERVER_STORE_CONTROL_PROBE_H_
