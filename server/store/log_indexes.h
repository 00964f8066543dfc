// Makes the indexes of tenants' logs that migrations have left out, since there was too much to
// read in a transaction that nobody can send beside.
//
// They are made while the tenants go on as ever. What is asked for without them is answered all the
// same, only not as quickly. What was ended, in whatever way, the next run begins anew.
//
// Thread-safe. The sessions must outlive it. Blocks, for as long as it takes to read the logs:
// never call it on a gRPC or database thread.
#ifndef CHATTER_SERVER_STORE_LOG_INDEXES_H_
#define CHATTER_SERVER_STORE_LOG_INDEXES_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/model/ids.h"
#include "server/postgres/blocking_session.h"
#include "server/store/session_source.h"

namespace chatter::store {

class LogIndexes {
 public:
  // The tenants of `tenant_version`, and of later ones, are to have them.
  LogIndexes(const SessionSource& sessions, int tenant_version)
      : sessions_(sessions), tenant_version_(tenant_version) {}

  // Makes what is missing, one index after the other; returns how many that were. One that fails is
  // logged and left for later. Does nothing where another server is at it.
  // Errors: SessionSource::Run's.
  absl::StatusOr<int> Run() const;

 private:
  struct Missing {
    SchemaName tenant;
    std::string index;
    bool begun = false;  // there is one that can't be used

    friend bool operator==(const Missing&, const Missing&) = default;
  };

  absl::StatusOr<std::vector<Missing>> Find(postgres::BlockingSession& session) const;
  absl::StatusOr<bool> IsStillMissing(postgres::BlockingSession& session,
                                      const Missing& missing) const;
  absl::Status Make(const Missing& missing) const;

  const SessionSource& sessions_;
  const int tenant_version_;
};

}  // namespace chatter::store

#endif  // CHATTER_SERVER_STORE_LOG_INDEXES_H_
