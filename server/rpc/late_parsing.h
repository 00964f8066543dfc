// Services whose requests are read only once their callers have been admitted.
//
// gRPC reads the request of a unary call, of whatever size and however long it takes, and parses
// it, before the interceptors see the call: strangers could make it hold as much as they liked.
// Here a stranger's call ends without its request having been read: more than the first window of
// it (64 KiB) isn't even taken from the network. What is read, for those who were admitted, must
// come to its end in time.
#ifndef CHATTER_SERVER_RPC_LATE_PARSING_H_
#define CHATTER_SERVER_RPC_LATE_PARSING_H_

#include <grpcpp/impl/service_type.h>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/mutex.h"
#include "common/steady_time.h"

struct grpc_call;  // gRPC's

namespace chatter::rpc {

// The calls whose requests are being read. Thread-safe.
class PendingReads {
 public:
  // How long the request of a unary call may take to come.
  static constexpr absl::Duration kMaxTime = absl::Seconds(30);
  // How many requests of callers that needn't show who they are (for health) may come at once: one
  // more cuts off the oldest, which is the least likely to be anybody's in earnest.
  static constexpr size_t kMaxOfAnybody = 100;
  // How many requests of one caller may have been coming for longer than kSlow; beyond that, the
  // oldest are cut off. Each may hold 512 KiB.
  static constexpr size_t kMaxSlowOfCaller = 50;
  static constexpr absl::Duration kSlow = absl::Seconds(1);

  // Says who calls; empty: it may be anybody.
  using Caller = std::function<std::string()>;

  struct Read {
    grpc_call* call;
    SteadyTime began;
    Caller caller;
    absl::Status cut_off;  // why, or OK
  };
  using Place = std::list<Read>::iterator;

  // `call` must live, and `caller` may be asked, until it is removed.
  Place Add(grpc_call* call, Caller caller);
  // Returns why the read was cut off, or OK.
  absl::Status Remove(Place place);

  // Cuts off those that should have come by `now`, and those that one caller has too many of. To be
  // called every second or so.
  void CutOffLate(SteadyTime now);

  size_t count() const;
  uint64_t cut_off() const;  // since the start

 private:
  using Reads = std::list<Read>;  // the oldest first

  void CutOff(Read& read, absl::Status why) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void CutOffLate(Reads& reads, SteadyTime now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void CutOffSlow(SteadyTime now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  mutable Mutex mu_;
  Reads of_callers_ ABSL_GUARDED_BY(mu_);
  Reads of_anybody_ ABSL_GUARDED_BY(mu_);
  uint64_t cut_off_ ABSL_GUARDED_BY(mu_) = 0;
};

// Stands for a service of the callback API in the server: register this one instead. Unary calls,
// and streams of the server's only, go to the service's own handlers, with the request as it
// should be; or, if the call is denied, with an empty one, which a handler that asks
// CallContext::Admit first doesn't look at. A request that doesn't come, or can't be parsed, denies
// the call, too.
class LateParsingService final : public grpc::Service {
 public:
  // `full_name` is what the service is called in the proto. All must outlive this one.
  LateParsingService(grpc::Service& service, std::string_view full_name, PendingReads& reads);

 private:
  std::deque<std::string> method_names_;  // gRPC keeps pointers to them
};

}  // namespace chatter::rpc

#endif  // CHATTER_SERVER_RPC_LATE_PARSING_H_
