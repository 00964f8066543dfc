// Waits for an asynchronous result.
#ifndef CHATTER_TESTS_SUPPORT_AWAIT_H_
#define CHATTER_TESTS_SUPPORT_AWAIT_H_

#include <future>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/cord.h"
#include "common/steady_time.h"
#include "server/base/callback.h"

namespace chatter::test {

// The same error in memory of its own. Copies of a Status share theirs, and the thread sanitizer
// doesn't see how Abseil, which isn't compiled with it, counts them.
inline absl::Status Unshared(const absl::Status& status) {
  absl::Status copy(status.code(), status.message());
  status.ForEachPayload([&](absl::string_view url, const absl::Cord& payload) {
    copy.SetPayload(url, absl::Cord(std::string(payload)));
  });
  return copy;
}

// Calls `start` with a callback and blocks until that is called.
//   auto users = Await<std::vector<User>>([&](auto done) { store.List(..., std::move(done)); });
template <typename T, typename Start>
absl::StatusOr<T> Await(Start start) {
  auto promise = std::make_shared<std::promise<absl::StatusOr<T>>>();
  auto future = promise->get_future();
  start(Callback<T>([promise](absl::StatusOr<T> result) {
    if (!result.ok()) return promise->set_value(Unshared(result.status()));
    promise->set_value(std::move(result));
  }));
  return future.get();
}

// The deadline of calls in tests: far away, since it is there to end a hanging test only.
inline SteadyTime Soon() { return SteadyTime::Now() + absl::Seconds(60); }

}  // namespace chatter::test

#endif  // CHATTER_TESTS_SUPPORT_AWAIT_H_
