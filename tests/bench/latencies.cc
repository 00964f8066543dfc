#include "tests/bench/latencies.h"

#include <algorithm>
#include <cmath>

namespace chatter::bench {

void Latencies::Add(const Latencies& other) {
  const size_t room = kMaxSamples - samples_.size();
  const size_t count = std::min(room, other.samples_.size());
  samples_.insert(samples_.end(), other.samples_.begin(),
                  other.samples_.begin() + static_cast<std::ptrdiff_t>(count));
}

nlohmann::json Latencies::Summary(Nanos begin, Nanos end) const {
  std::vector<Nanos> took;
  for (const Sample& sample : samples_) {
    if (sample.scheduled >= begin && sample.scheduled < end) took.push_back(sample.took);
  }
  std::sort(took.begin(), took.end());
  // The smallest sample that the share is not above.
  const auto percentile = [&took](double share) -> nlohmann::json {
    if (took.empty()) return nullptr;
    const auto rank = static_cast<size_t>(std::ceil(share * static_cast<double>(took.size())));
    return static_cast<double>(took[std::max<size_t>(rank, 1) - 1]) / 1e3;
  };
  return {{"count", took.size()},       {"p50_us", percentile(0.5)},    {"p90_us", percentile(0.9)},
          {"p99_us", percentile(0.99)}, {"p999_us", percentile(0.999)}, {"max_us", percentile(1)}};
}

}  // namespace chatter::bench
