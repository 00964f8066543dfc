// How asynchronous work hands over its result.
#ifndef CHATTER_SERVER_BASE_CALLBACK_H_
#define CHATTER_SERVER_BASE_CALLBACK_H_

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

}  // namespace chatter

#endif  // CHATTER_SERVER_BASE_CALLBACK_H_
