// Messages that were given to a stream and aren't answered yet.
//
// Each keeps its client message id for as long as it is here, so sending it again is harmless: the
// server stores it once. Not thread-safe. Free of gRPC and clocks.
#ifndef CHATTER_CLIENT_STREAM_PENDING_SENDS_H_
#define CHATTER_CLIENT_STREAM_PENDING_SENDS_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "chatter/client/chat_options.h"
#include "chatter/v1/chat.pb.h"
#include "client/stream/backoff.h"
#include "common/steady_time.h"

namespace chatter::client {

class PendingSends {
 public:
  using SendId = uint64_t;  // ascends from send to send

  struct Answer {
    SendId id = 0;
    absl::StatusOr<v1::SendMessageResponse> result;
  };

  PendingSends(size_t max_pending, const BackoffOptions& backoff, UniformSource uniform);

  // Checks the bounds that the server would check, so that no message can end the stream.
  // Errors: INVALID_ARGUMENT, RESOURCE_EXHAUSTED (`max_pending` are waiting already).
  absl::StatusOr<SendId> Add(v1::SendMessage message);

  // A new stream is open: what was on its way on an earlier one is due again.
  void OnStreamOpened();

  // The earliest message that is due, which is then on its way; absent: none is.
  std::optional<v1::ChatRequest> TakeDue(SteadyTime now);

  // When the next one is due; InfiniteFuture: none will be before something else happens.
  SteadyTime NextDue() const;

  // The answer to a message. Absent: the reply isn't the final answer to one of ours. A message
  // that failed for now becomes due again after a while.
  std::optional<Answer> OnReply(const v1::Reply& reply, SteadyTime now);

  // Gives up on all of them, in the order in which they came.
  std::vector<SendId> TakeAll();

 private:
  struct Entry {
    v1::SendMessage message;
    Backoff backoff;
    std::optional<SteadyTime> due;  // absent: on its way
  };

  void SetDue(SendId id, Entry& entry, SteadyTime due);

  const size_t max_pending_;
  const BackoffOptions backoff_;
  const UniformSource uniform_;
  std::map<SendId, Entry> entries_;
  std::set<std::pair<SteadyTime, SendId>> due_;  // the entries that have a `due`
  SendId last_id_ = 0;
};

}  // namespace chatter::client

#endif  // CHATTER_CLIENT_STREAM_PENDING_SENDS_H_
