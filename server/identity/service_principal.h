// From a service account to whoever calls as it. For the authenticators of services' credentials.
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

// The account as the caller in `tenant`. `key`: by what its credential is found again.
// Errors: UNAUTHENTICATED (CREDENTIAL_INVALID): it isn't one of the account's tenants, which is as
// if there were no such account.
absl::StatusOr<Principal> MakeServicePrincipal(CredentialKind kind, const TenantKey& tenant,
                                               ServiceIdentity found, std::string_view key);

// The `key` that the principal was made with.
std::string_view KeyOf(const Principal& principal);

// The places of those in `held` that aren't what they were: the credential doesn't hold any more,
// or the account was changed since. `found`: what holds for each now.
std::vector<size_t> FindChanged(const std::vector<Principal>& held,
                                const std::vector<std::optional<ServiceIdentity>>& found);

}  // namespace chatter::identity

#endif  // CHATTER_SERVER_IDENTITY_SERVICE_PRINCIPAL_H_
