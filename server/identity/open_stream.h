// A stream that was authenticated when it began, and may have to end before its client wants.
#ifndef CHATTER_SERVER_IDENTITY_OPEN_STREAM_H_
#define CHATTER_SERVER_IDENTITY_OPEN_STREAM_H_

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/steady_time.h"
#include "server/model/caller.h"

namespace chatter::identity {

// Thread-safe.
class OpenStream {
 public:
  virtual ~OpenStream() = default;

  // By whom it was begun, in which tenant. Doesn't change.
  virtual const TenantCaller& caller() const = 0;
  // When it began. Doesn't change.
  virtual SteadyTime begun_at() const = 0;
  // Ends it with `reason`. Does nothing once it has ended.
  virtual void Fail(absl::Status reason) = 0;
};

}  // namespace chatter::identity

#endif  // CHATTER_SERVER_IDENTITY_OPEN_STREAM_H_
