// Where those who make, change and purge schemas get the sessions from that they block on.
//
// Each kind of such work has a source of its own: its sessions bear its name in pg_stat_activity,
// are bounded and stopped together, and wait for no other kind's. Thread-safe.
// Blocks: never call it on a gRPC or database thread.
#ifndef CHATTER_SERVER_STORE_SESSION_SOURCE_H_
#define CHATTER_SERVER_STORE_SESSION_SOURCE_H_

#include <atomic>
#include <string>
#include <string_view>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/base/log_limiter.h"
#include "server/postgres/blocking_session.h"
#include "server/postgres/stop_signal.h"

namespace chatter::store {

class SessionSource {
 public:
  // `url` may give the sessions another name than `application_name`.
  SessionSource(std::string url, std::string application_name);

  // A session of the caller's. Errors: UNAVAILABLE, with a message for the log only.
  absl::StatusOr<postgres::BlockingSession> Open() const;

  // Runs `work`, which leaves no transaction open, with a session that may have been used before.
  // Errors: those of `work` that are meant for callers. All others become UNAVAILABLE
  // (DATABASE_UNAVAILABLE) or INTERNAL, and go to the log: the same one of the same work once a
  // minute.
  absl::Status Run(std::string_view what,
                   absl::FunctionRef<absl::Status(postgres::BlockingSession&)> work) const;

  // Ends what runs in all sessions, and whatever is begun from now on: the program is about to end.
  void Stop() const { stop_.Stop(); }

 private:
  const std::string url_;
  const std::string application_name_;
  postgres::StopSignal stop_;
  mutable postgres::BlockingSessionPool pool_;
  // So that the log has one line for each outage, and one a minute for what fails again and again.
  mutable std::atomic<bool> connected_ = true;
  mutable LogLimiter failures_logged_;
};

}  // namespace chatter::store

#endif  // CHATTER_SERVER_STORE_SESSION_SOURCE_H_
