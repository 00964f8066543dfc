// In which epoch a tenant's logs are, and the beginning of another.
//
// Thread-safe. The database must outlive the store. Callbacks run on the database's thread.
#ifndef CHATTER_SERVER_STORE_EPOCH_STORE_H_
#define CHATTER_SERVER_STORE_EPOCH_STORE_H_

#include <string>

#include "common/steady_time.h"
#include "server/base/callback.h"
#include "server/model/epoch.h"
#include "server/model/ids.h"
#include "server/postgres/databases.h"

namespace chatter::postgres {
class TenantDatabases;
}  // namespace chatter::postgres

namespace chatter::store {

struct FoundEpoch {
  std::string mark;  // what is stored of it
  Epoch epoch;
  // Who answered is a standby, which may lag behind: what it doesn't have may be there all the
  // same.
  bool standby = false;
};

// The statement that finds the epoch, to go with others in a transaction, before them: what they
// give isn't older.
postgres::TenantStatement FindEpochStatement(const TenantKey& tenant);
FoundEpoch ReadEpoch(const postgres::Rows& rows);

class EpochStore {
 public:
  explicit EpochStore(postgres::TenantDatabases& database) : database_(database) {}

  // Begins another epoch, unless the mark isn't `mark` any more (empty: in any case); gives the one
  // that it is then. Errors: the database's; UNAVAILABLE (TENANT_BROKEN): the tenant has no
  // settings.
  void Begin(const TenantKey& tenant, const std::string& mark, SteadyTime deadline,
             Callback<Epoch> done);

 private:
  postgres::TenantDatabases& database_;
};

}  // namespace chatter::store

#endif  // CHATTER_SERVER_STORE_EPOCH_STORE_H_
