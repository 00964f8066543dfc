// The one clock of all latencies: steady, in nanoseconds.
#ifndef CHATTER_TESTS_BENCH_STEADY_H_
#define CHATTER_TESTS_BENCH_STEADY_H_

#include <chrono>
#include <cstdint>
#include <thread>

namespace chatter::bench {

using Nanos = int64_t;

constexpr Nanos kSecond = 1'000'000'000;

inline Nanos Now() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

inline void SleepUntil(Nanos when) {
  std::this_thread::sleep_until(
      std::chrono::steady_clock::time_point(std::chrono::nanoseconds(when)));
}

}  // namespace chatter::bench

#endif  // CHATTER_TESTS_BENCH_STEADY_H_
