#include "server/identity/service_principal.h"

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/identity/authenticator.h"
#include "server/model/errors.h"

namespace chatter::identity {
namespace {

// A principal's proof is the account's version, of a fixed width, and the key behind it.
constexpr size_t kVersionBytes = 20;

std::string VersionOf(const ServiceIdentity& identity) {
  return absl::StrCat(absl::Dec(absl::ToUnixMicros(identity.changed_at), absl::kZeroPad20));
}

}  // namespace

absl::Status ServiceNotAllowedError() {
  return MakeError(absl::StatusCode::kPermissionDenied, v1::ERROR_REASON_CREDENTIAL_NOT_ALLOWED,
                   "A service account can't do this: the administrator's key is needed.");
}

absl::StatusOr<Principal> MakeServicePrincipal(CredentialKind kind, const TenantKey& tenant,
                                               ServiceIdentity found, std::string_view key) {
  if (!ServiceScope::Holds(found.scope.tenants, tenant.text())) return CredentialInvalidError();
  Principal principal;
  principal.credential = kind;
  principal.proof = VersionOf(found) + std::string(key);
  principal.service = std::move(found.account);
  principal.scope = std::make_shared<const ServiceScope>(std::move(found.scope));
  principal.expires_at = found.expires_at;
  return principal;
}

std::string_view KeyOf(const Principal& principal) {
  return std::string_view(principal.proof).substr(kVersionBytes);
}

std::vector<size_t> FindChanged(const std::vector<Principal>& held,
                                const std::vector<std::optional<ServiceIdentity>>& found) {
  std::vector<size_t> changed;
  for (size_t place = 0; place < held.size() && place < found.size(); ++place) {
    const auto& now = found[place];
    if (!now.has_value() || !held[place].proof.starts_with(VersionOf(*now))) {
      changed.push_back(place);
    }
  }
  return changed;
}

}  // namespace chatter::identity
