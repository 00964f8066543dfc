// Latency samples and their percentiles: kept whole and sorted, as there is a bounded number of
// them. Not thread-safe.
#ifndef CHATTER_TESTS_BENCH_LATENCIES_H_
#define CHATTER_TESTS_BENCH_LATENCIES_H_

#include <nlohmann/json.hpp>
#include <vector>

#include "tests/bench/steady.h"

namespace chatter::bench {

class Latencies {
 public:
  static constexpr size_t kMaxSamples = 4'000'000;

  struct Sample {
    Nanos scheduled;  // when it was to begin
    Nanos took;
  };

  void Add(Nanos scheduled, Nanos took) {
    if (samples_.size() < kMaxSamples) samples_.push_back({scheduled, took});
  }
  void Add(const Latencies& other);

  // Of the samples that were to begin in [begin, end): their number, and percentiles in
  // microseconds. Null percentiles where there are none.
  nlohmann::json Summary(Nanos begin, Nanos end) const;

 private:
  std::vector<Sample> samples_;
};

}  // namespace chatter::bench

#endif  // CHATTER_TESTS_BENCH_LATENCIES_H_
