// Reads what the load generator has to know of a ChatResponse straight from its bytes. Parsing all
// of it into messages would cost more than the server spends on making it, on the same processors.
#ifndef CHATTER_TESTS_BENCH_FRAME_SCANNER_H_
#define CHATTER_TESTS_BENCH_FRAME_SCANNER_H_

#include <cstdint>
#include <string_view>

#include "absl/functional/function_ref.h"

namespace chatter::bench {

struct ScannedEvent {
  enum class Kind { kOpened, kRoomEvent, kReply, kCaughtUp, kLagged, kOther };

  Kind kind = Kind::kOther;
  uint64_t seq = 0;             // of a room event
  std::string_view text;        // of a room event that is a message
  std::string_view request_id;  // of a reply
  std::string_view error;       // of a reply: a google.rpc.Status, if the command failed
};

// Calls `visit` for each event. The views hold while `frame` does. False: the bytes aren't a
// ChatResponse.
bool ScanFrame(std::string_view frame, absl::FunctionRef<void(const ScannedEvent&)> visit);

}  // namespace chatter::bench

#endif  // CHATTER_TESTS_BENCH_FRAME_SCANNER_H_
