// How asynchronous work hands over its result.
#ifndef CHATTER_SERVER_BASE_CALLBACK_H_
#define CHATTER_SERVER_BASE_CALLBACK_H_

#include <utility>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace chatter {

// Called exactly once, on a thread of the callee's choosing, possibly before the call that takes it
// returns. Must not block.
template <typename T>
using Callback = absl::AnyInvocable<void(absl::StatusOr<T>)>;

// The same for work that has no result but how it went.
using StatusCallback = absl::AnyInvocable<void(absl::Status)>;

// What takes the result of a step on the way to `done`: an error ends the way and goes to `done`;
// else `next(value, done)` goes on, and sees to it that `done` is called.
template <typename Done, typename Next>
auto Then(Done done, Next next) {
  return [done = std::move(done), next = std::move(next)](auto result) mutable {
    if (!result.ok()) return done(std::move(result).status());
    next(*std::move(result), done);
  };
}

}  // namespace chatter

#endif  // CHATTER_SERVER_BASE_CALLBACK_H_
