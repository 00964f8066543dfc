// Lets so much work go on at once, and keeps what is too much waiting for its turn.
//
// Work belongs to groups, which take turns, so that one with much to do keeps no other waiting for
// long; and what runs and what waits is bounded for each group and for all together.
//
// Thread-safe. Work begins on the thread that hands it in, or on one that has ended other work; no
// lock is held meanwhile. Destroying the turnstile is safe while work goes on: what waits is
// dropped.
#ifndef CHATTER_SERVER_BASE_TURNSTILE_H_
#define CHATTER_SERVER_BASE_TURNSTILE_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/any_invocable.h"
#include "common/mutex.h"

namespace chatter {

class Turnstile {
  class State;

 public:
  struct Options {
    size_t max_running = 64;
    size_t max_running_of_group = 16;
    size_t max_waiting = 2'000;
    size_t max_waiting_of_group = 1'000;
  };

  // What work has while it goes on: it ends with this.
  class Pass {
   public:
    Pass(Pass&& other) noexcept = default;
    Pass& operator=(Pass&&) = delete;
    ~Pass();

   private:
    friend class State;
    Pass(std::shared_ptr<State> state, std::string group)
        : state_(std::move(state)), group_(std::move(group)) {}

    std::shared_ptr<State> state_;  // nullptr: moved away
    std::string group_;
  };
  // nullopt: too much waits already. Must not block.
  using Work = absl::AnyInvocable<void(std::optional<Pass>)>;

  explicit Turnstile(Options options);
  ~Turnstile();

  // Begins the work, now or in its turn; or refuses it, at once.
  void Enter(const std::string& group, Work work);

  struct Stats {
    size_t running = 0;
    size_t waiting = 0;
    uint64_t refused = 0;
  };
  Stats stats() const;

 private:
  const std::shared_ptr<State> state_;  // shared with the passes
};

}  // namespace chatter

#endif  // CHATTER_SERVER_BASE_TURNSTILE_H_
