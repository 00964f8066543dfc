// For tests: lookups that are answered by hand.
#ifndef CHATTER_SERVER_IDENTITY_TEST_FAKES_H_
#define CHATTER_SERVER_IDENTITY_TEST_FAKES_H_

#include <cstddef>
#include <cstdlib>
#include <deque>
#include <memory>
#include <optional>
#include <utility>

#include "common/steady_time.h"
#include "server/base/callback.h"
#include "tests/support/fake_clock.h"

namespace chatter::identity {

using test::FakeClock;

// Keeps lookups until the test answers them, in the order in which they came. Not thread-safe.
template <typename Key, typename Value>
class HeldLookups {
 public:
  struct Lookup {
    Key key;
    SteadyTime deadline;
    Callback<Value> done;
  };

  void Add(Key key, SteadyTime deadline, Callback<Value> done) {
    held_.push_back({std::move(key), deadline, std::move(done)});
    ++total_;
  }
  // REQUIRES: held() > 0.
  const Lookup& oldest() const { return held_.front(); }
  void AnswerOldest(absl::StatusOr<Value> answer) {
    Lookup lookup = std::move(held_.front());
    held_.pop_front();
    lookup.done(std::move(answer));
  }
  size_t held() const { return held_.size(); }
  size_t total() const { return total_; }  // ever made

 private:
  std::deque<Lookup> held_;
  size_t total_ = 0;
};

// Where a callback leaves its answer; nullopt: not called yet. Called twice, it fails the test's
// process.
template <typename Value>
class Answer {
 public:
  Callback<Value> Slot() {
    return [slot = slot_](absl::StatusOr<Value> answer) {
      if (slot->has_value()) std::abort();
      slot->emplace(std::move(answer));
    };
  }
  bool pending() const { return !slot_->has_value(); }
  // REQUIRES: !pending().
  const absl::StatusOr<Value>& operator*() const { return **slot_; }
  const absl::StatusOr<Value>* operator->() const { return &**slot_; }

 private:
  std::shared_ptr<std::optional<absl::StatusOr<Value>>> slot_ =
      std::make_shared<std::optional<absl::StatusOr<Value>>>();
};

}  // namespace chatter::identity

#endif  // CHATTER_SERVER_IDENTITY_TEST_FAKES_H_
