#include "server/model/permissions.h"

#include <string_view>

#include "server/model/errors.h"

namespace chatter {
namespace {

bool IsAdministrator(const Caller& caller) {
  return caller.principal.credential == CredentialKind::kAdministratorKey && caller.is_service();
}

absl::Status NotAllowed(std::string_view message) {
  return MakeError(absl::StatusCode::kPermissionDenied, v1::ERROR_REASON_CREDENTIAL_NOT_ALLOWED,
                   message);
}

absl::Status RequireCredential(const Caller& caller) {
  if (caller.principal.credential != CredentialKind::kNone) return absl::OkStatus();
  return MakeError(absl::StatusCode::kUnauthenticated, v1::ERROR_REASON_CREDENTIAL_REQUIRED,
                   "The call carries no credential; send `authorization: Bearer ...`.");
}

absl::Status RequireTenant(const Caller& caller) {
  if (absl::Status status = RequireCredential(caller); !status.ok()) return status;
  if (caller.tenant.has_value()) return absl::OkStatus();
  return MakeError(absl::StatusCode::kInvalidArgument, v1::ERROR_REASON_TENANT_REQUIRED,
                   "The call names no tenant; send `x-chatter-tenant`.");
}

}  // namespace

absl::Status RequireUser(const Caller& caller) {
  if (absl::Status status = RequireTenant(caller); !status.ok()) return status;
  if (caller.is_user()) return absl::OkStatus();
  return NotAllowed("Only a user may do this; call with the token of a user's session.");
}

absl::Status RequireService(const Caller& caller) {
  if (absl::Status status = RequireTenant(caller); !status.ok()) return status;
  if (caller.is_service()) return absl::OkStatus();
  return NotAllowed("Only a service may do this; call with an API key or the administrator's key.");
}

absl::Status RequireActsForUsers(const Caller& caller) {
  if (absl::Status status = RequireService(caller); !status.ok()) return status;
  const auto& scope = caller.principal.scope;
  if (scope == nullptr || scope->may_act_for_users) return absl::OkStatus();
  return MakeError(absl::StatusCode::kPermissionDenied, v1::ERROR_REASON_OUT_OF_SCOPE,
                   "The service account may not act for users, nor sign them in.");
}

absl::Status RequireUserOrService(const Caller& caller) {
  if (absl::Status status = RequireTenant(caller); !status.ok()) return status;
  if (caller.is_user() || caller.is_service()) return absl::OkStatus();
  return NotAllowed("This kind of credential may not do this.");
}

absl::Status RequireAdministrator(const Caller& caller) {
  if (absl::Status status = RequireCredential(caller); !status.ok()) return status;
  if (IsAdministrator(caller)) return absl::OkStatus();
  return NotAllowed("Only an administrator may do this; call with the administrator's key.");
}

}  // namespace chatter
