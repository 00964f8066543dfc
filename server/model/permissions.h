// Who may do what. Every rule asks one of these first.
//
// Pure functions. They fail closed: a caller without a credential or, where one is needed, without
// a tenant may do nothing.
#ifndef CHATTER_SERVER_MODEL_PERMISSIONS_H_
#define CHATTER_SERVER_MODEL_PERMISSIONS_H_

#include "absl/status/status.h"
#include "server/model/model.h"

namespace chatter {

// Each is OK, or one of UNAUTHENTICATED (CREDENTIAL_REQUIRED), PERMISSION_DENIED
// (CREDENTIAL_NOT_ALLOWED), INVALID_ARGUMENT (TENANT_REQUIRED). After an OK of the first four,
// `caller.tenant` is there.

// A signed-in user of the tenant.
absl::Status RequireUser(const Caller& caller);
// A program of the tenant's owner, acting for nobody in particular.
absl::Status RequireService(const Caller& caller);
absl::Status RequireUserOrService(const Caller& caller);
// A service, if what the call hands out lets its holder act as a user: then its account must be one
// that may act for users itself. Else PERMISSION_DENIED (OUT_OF_SCOPE).
absl::Status RequireActsForUsers(const Caller& caller);

// Whoever runs this server.
absl::Status RequireAdministrator(const Caller& caller);

}  // namespace chatter

#endif  // CHATTER_SERVER_MODEL_PERMISSIONS_H_
