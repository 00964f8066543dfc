// Tables that come from a dump that is older than markers.
//
// Nothing in them tells which tenant they are, so AdoptSchema refuses them under the name of a
// tenant whose marker is known. An administrator may know better.
#ifndef CHATTER_SERVER_STORE_TENANT_RESTORING_H_
#define CHATTER_SERVER_STORE_TENANT_RESTORING_H_

#include "absl/status/status.h"
#include "server/model/ids.h"
#include "server/store/session_source.h"

namespace chatter::store {

// An administrator says that the tables of that name are the tenant's own. They get its marker, by
// which AdoptSchema knows them for restored when they are migrated. Blocks.
// Errors: SessionSource's; the log tells why it can't be so.
absl::Status MarkRestored(const SessionSource& sessions, const SchemaName& name);

}  // namespace chatter::store

#endif  // CHATTER_SERVER_STORE_TENANT_RESTORING_H_
