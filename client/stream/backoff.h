// How long to wait before trying again: exponential, with full jitter.
//
// Not thread-safe. Knows no clock.
#ifndef CHATTER_CLIENT_STREAM_BACKOFF_H_
#define CHATTER_CLIENT_STREAM_BACKOFF_H_

#include <functional>

#include "absl/time/time.h"
#include "chatter/client/chat_options.h"

namespace chatter::client {

// Returns numbers in [0, 1), evenly distributed.
using UniformSource = std::function<double()>;

// A source of its own for each caller; not thread-safe.
UniformSource MakeUniformSource();

class Backoff {
 public:
  Backoff(const BackoffOptions& options, UniformSource uniform);

  // The next wait: anything from nothing to a bound that doubles from call to call.
  absl::Duration Next();

  // Begins with the shortest wait again.
  void Reset() { bound_ = options_.initial; }

 private:
  const BackoffOptions options_;
  const UniformSource uniform_;
  absl::Duration bound_;
};

}  // namespace chatter::client

#endif  // CHATTER_CLIENT_STREAM_BACKOFF_H_
