#include "client/stream/backoff.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/random/random.h"

namespace chatter::client {

UniformSource MakeUniformSource() {
  return [generator = std::make_shared<absl::BitGen>()] {
    return absl::Uniform(*generator, 0.0, 1.0);
  };
}

Backoff::Backoff(const BackoffOptions& options, UniformSource uniform)
    : options_(options), uniform_(std::move(uniform)), bound_(options.initial) {}

absl::Duration Backoff::Next() {
  const absl::Duration wait = bound_ * uniform_();
  bound_ = std::min(bound_ * 2, options_.max);
  return wait;
}

}  // namespace chatter::client
