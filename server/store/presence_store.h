// What is kept of users' presence, in the tenant's schema: when they were last there, and whether
// they are invisible.
//
// Thread-safe. The database must outlive the store. Callbacks run on the database's thread.
#ifndef CHATTER_SERVER_STORE_PRESENCE_STORE_H_
#define CHATTER_SERVER_STORE_PRESENCE_STORE_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"
#include "common/steady_time.h"
#include "server/base/callback.h"
#include "server/model/ids.h"

namespace chatter::postgres {
class TenantDatabases;
}  // namespace chatter::postgres

namespace chatter::store {

class PresenceStore {
 public:
  explicit PresenceStore(postgres::TenantDatabases& database) : database_(database) {}

  struct State {
    bool invisible = false;
    std::optional<absl::Time> last_seen_at = {};
  };
  // By user id. Users of whom nothing is known are left out.
  using States = absl::flat_hash_map<std::string, State>;
  void Find(const TenantKey& tenant, const std::vector<std::string>& user_ids, SteadyTime deadline,
            Callback<States> done);

  struct LastSeen {
    std::string user_id;
    absl::Time at;
  };
  // Answered before it is on disk: a crash of PostgreSQL may take the last ones back. No user may
  // be there twice.
  void SaveLastSeen(const TenantKey& tenant, const std::vector<LastSeen>& seen, SteadyTime deadline,
                    StatusCallback done);

 private:
  postgres::TenantDatabases& database_;
};

}  // namespace chatter::store

#endif  // CHATTER_SERVER_STORE_PRESENCE_STORE_H_
