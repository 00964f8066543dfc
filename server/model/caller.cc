#include "server/model/caller.h"

#include <string_view>

#include "server/model/errors.h"

namespace chatter {
namespace {

absl::Status NotAllowed(std::string_view message) {
  return MakeError(absl::StatusCode::kPermissionDenied, v1::ERROR_REASON_CREDENTIAL_NOT_ALLOWED,
                   message);
}

absl::Status CheckCredential(const Caller& caller) {
  if (caller.principal.credential != CredentialKind::kNone) return absl::OkStatus();
  return MakeError(absl::StatusCode::kUnauthenticated, v1::ERROR_REASON_CREDENTIAL_REQUIRED,
                   "The call carries no credential; send `authorization: Bearer ...`.");
}

absl::Status CheckTenant(const Caller& caller) {
  if (absl::Status status = CheckCredential(caller); !status.ok()) return status;
  if (caller.tenant.has_value()) return absl::OkStatus();
  return MakeError(absl::StatusCode::kInvalidArgument, v1::ERROR_REASON_TENANT_REQUIRED,
                   "The call names no tenant; send `x-chatter-tenant`.");
}

}  // namespace

absl::StatusOr<TenantCaller> TenantCaller::Of(const Caller& caller) {
  if (absl::Status status = CheckTenant(caller); !status.ok()) return status;
  if (caller.is_user() || caller.is_service()) return TenantCaller(caller);
  return NotAllowed("This kind of credential may not do this.");
}

absl::StatusOr<UserCaller> UserCaller::Of(const Caller& caller) {
  if (absl::Status status = CheckTenant(caller); !status.ok()) return status;
  if (caller.is_user()) return UserCaller(caller);
  return NotAllowed("Only a user may do this; call with the token of a user's session.");
}

absl::StatusOr<ServiceCaller> ServiceCaller::Of(const Caller& caller) {
  if (absl::Status status = CheckTenant(caller); !status.ok()) return status;
  if (caller.is_service()) return ServiceCaller(caller);
  return NotAllowed("Only a service may do this; call with an API key or the administrator's key.");
}

absl::Status ServiceCaller::CheckActsForUsers() const {
  const auto& scope = principal().scope;
  if (scope == nullptr || scope->may_act_for_users) return absl::OkStatus();
  return MakeError(absl::StatusCode::kPermissionDenied, v1::ERROR_REASON_OUT_OF_SCOPE,
                   "The service account may not act for users, nor sign them in.");
}

absl::StatusOr<Administrator> Administrator::Of(const Caller& caller) {
  if (absl::Status status = CheckCredential(caller); !status.ok()) return status;
  if (caller.principal.credential == CredentialKind::kAdministratorKey && caller.is_service()) {
    return Administrator(caller.deadline);
  }
  return NotAllowed("Only an administrator may do this; call with the administrator's key.");
}

}  // namespace chatter
