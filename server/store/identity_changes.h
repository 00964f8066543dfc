// Tells every server that something has ended in a tenant that open streams may hang on.
//
// A tenant's sessions and users are in its schema, and the counter that all servers watch
// (identity_version) is in the control schema, maybe of another database: so no transaction has
// both. The change comes first. Counted first, it might be looked for before it is there, and never
// again. If it isn't counted, its caller has an error, and the next look of the rechecker, which
// each tenant has now and then without being counted, finds it.
#ifndef CHATTER_SERVER_STORE_IDENTITY_CHANGES_H_
#define CHATTER_SERVER_STORE_IDENTITY_CHANGES_H_

#include "common/steady_time.h"
#include "server/base/callback.h"
#include "server/model/ids.h"

namespace chatter::postgres {
class ControlDatabase;
}  // namespace chatter::postgres

namespace chatter::store {

// To be called once the change is committed. Errors: the database's.
void CountIdentityChange(postgres::ControlDatabase& control, const TenantKey& tenant,
                         SteadyTime deadline, StatusCallback done);

}  // namespace chatter::store

#endif  // CHATTER_SERVER_STORE_IDENTITY_CHANGES_H_
