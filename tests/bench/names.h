// The names of all that the benchmark's data consists of. They follow from numbers, so that neither
// the load generator nor data.py, which writes the data, needs a list of the other's.
#ifndef CHATTER_TESTS_BENCH_NAMES_H_
#define CHATTER_TESTS_BENCH_NAMES_H_

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace chatter::bench {

inline std::string UserId(int user) { return absl::StrCat("u", user); }

inline std::string Token(int user) { return absl::StrFormat("chs_%043d", user); }

inline std::string RoomId(int room) {
  return absl::StrFormat("00000000-0000-7000-8000-%012x", room);
}

}  // namespace chatter::bench

#endif  // CHATTER_TESTS_BENCH_NAMES_H_
