// Makes principals of service accounts. For the authenticators of services' credentials.
//
// Pure functions.
#ifndef CHATTER_SERVER_IDENTITY_SERVICE_PRINCIPAL_H_
#define CHATTER_SERVER_IDENTITY_SERVICE_PRINCIPAL_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "server/model/service_account.h"

namespace chatter::identity {

// PERMISSION_DENIED (CREDENTIAL_NOT_ALLOWED): for a service account's credential in a method
// without a tenant.
absl::Status ServiceNotAllowedError();

// The principal of an account that calls in `tenant`. `key`: what finds its credential again.
// Errors: UNAUTHENTICATED (CREDENTIAL_INVALID): the tenant isn't one of the account's. The caller
// can't tell that from an account that doesn't exist.
absl::StatusOr<Principal> MakeServicePrincipal(CredentialKind kind, const TenantKey& tenant,
                                               ServiceIdentity found, std::string_view key);

// The `key` that the principal was made with.
std::string_view KeyOf(const Principal& principal);

// The places in `held` of principals that no longer hold: the credential was revoked, or the
// account was changed since. `found`: what each of them is now.
std::vector<size_t> FindChanged(const std::vector<Principal>& held,
                                const std::vector<std::optional<ServiceIdentity>>& found);

}  // namespace chatter::identity

#endif  // CHATTER_SERVER_IDENTITY_SERVICE_PRINCIPAL_H_
