// Reads which tenant a call names.
//
// Pure functions: whether there is such a tenant is for identity::TenantDirectory.
#ifndef CHATTER_SERVER_IDENTITY_TENANT_NAME_H_
#define CHATTER_SERVER_IDENTITY_TENANT_NAME_H_

#include <optional>
#include <string_view>

#include "absl/status/statusor.h"
#include "server/identity/call_metadata.h"

namespace chatter::identity {

// The name in `x-chatter-tenant`, or, for names that aren't printable ASCII, the bytes of its UTF-8
// in `x-chatter-tenant-bin`; nullopt: there is neither. Unchecked text, valid as long as the
// metadata.
// Errors: INVALID_ARGUMENT (INVALID_METADATA), for two that differ, too.
absl::StatusOr<std::optional<std::string_view>> ReadTenantName(const CallMetadata& metadata);

}  // namespace chatter::identity

#endif  // CHATTER_SERVER_IDENTITY_TENANT_NAME_H_
