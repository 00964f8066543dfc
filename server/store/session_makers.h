// Whether the service account that made a session might make it now.
//
// A session is in its tenant's schema, and holds as long as its maker, who is in the control
// schema, is there and might make it: so there is a look-up in each.
#ifndef CHATTER_SERVER_STORE_SESSION_MAKERS_H_
#define CHATTER_SERVER_STORE_SESSION_MAKERS_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"
#include "common/steady_time.h"
#include "server/base/callback.h"
#include "server/model/ids.h"

namespace chatter::postgres {
class ControlDatabase;
}  // namespace chatter::postgres

namespace chatter::store {

class SessionMakers {
 public:
  // Looks up the accounts `names`, with which others may stand that need no look-up.
  // Errors: the database's.
  static void Find(postgres::ControlDatabase& control, const TenantKey& tenant,
                   std::vector<std::string> names, SteadyTime deadline,
                   Callback<SessionMakers> done);

  // Sessions that the account made earlier don't hold. REQUIRES: `service` was looked up.
  absl::Time HoldSince(std::string_view service) const;
  bool MightMake(std::string_view service, absl::Time created_at) const {
    return created_at >= HoldSince(service);
  }

 private:
  absl::flat_hash_map<std::string, absl::Time> since_;  // those that may make sessions
};

}  // namespace chatter::store

#endif  // CHATTER_SERVER_STORE_SESSION_MAKERS_H_
