#include "server/interceptors/method_policy.h"

#include <algorithm>
#include <array>
#include <utility>

#include "server/model/errors.h"

namespace chatter::interceptors {
namespace {

using enum MethodPolicy;

constexpr auto kPolicies = std::to_array<std::pair<std::string_view, MethodPolicy>>({
    {"/chatter.v1.ChatService/Chat", kUser},
    {"/chatter.v1.ChatService/ListMessages", kUserOrService},
    {"/chatter.v1.ChatService/SendMessage", kUser},
    {"/chatter.v1.RoomService/CreateRoom", kUserOrService},
    {"/chatter.v1.RoomService/GetRoom", kUserOrService},
    {"/chatter.v1.RoomService/ListRooms", kUser},
    {"/chatter.v1.SessionService/CreateSession", kService},
    {"/chatter.v1.SessionService/ListSessions", kUserOrService},
    {"/chatter.v1.SessionService/RevokeSession", kUserOrService},
    {"/chatter.v1.SessionService/RevokeSessions", kUserOrService},
    {"/chatter.v1.TenantService/AttachTenant", kAdministrator},
    {"/chatter.v1.TenantService/CreateTenant", kAdministrator},
    {"/chatter.v1.TenantService/DeleteTenant", kAdministrator},
    {"/chatter.v1.TenantService/ExportTenant", kAdministrator},
    {"/chatter.v1.TenantService/GetTenant", kAdministrator},
    {"/chatter.v1.TenantService/ListTenants", kAdministrator},
    {"/chatter.v1.TenantService/RenameDomain", kAdministrator},
    {"/chatter.v1.TenantService/ResumeTenant", kAdministrator},
    {"/chatter.v1.TenantService/SuspendTenant", kAdministrator},
    {"/chatter.v1.TenantService/UndeleteTenant", kAdministrator},
    {"/chatter.v1.TenantService/UpdateTenant", kAdministrator},
    {"/chatter.v1.TokenIssuerService/DeleteTokenIssuer", kAdministrator},
    {"/chatter.v1.TokenIssuerService/ListTokenIssuers", kAdministrator},
    {"/chatter.v1.TokenIssuerService/SetTokenIssuer", kAdministrator},
    {"/chatter.v1.UserService/DeactivateUser", kService},
    {"/chatter.v1.UserService/GetUser", kUserOrService},
    {"/chatter.v1.UserService/ListUsers", kUserOrService},
    {"/chatter.v1.UserService/ReactivateUser", kService},
    {"/chatter.v1.UserService/UpsertUsers", kService},
    {"/grpc.health.v1.Health/Check", kAnonymous},
    {"/grpc.health.v1.Health/Watch", kAnonymous},
    {"/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", kAnonymous},
});

absl::Status NotAllowedError(std::string_view message) {
  return MakeError(absl::StatusCode::kPermissionDenied, v1::ERROR_REASON_CREDENTIAL_NOT_ALLOWED,
                   message);
}

}  // namespace

std::optional<MethodPolicy> FindMethodPolicy(std::string_view method) {
  const auto* const found = std::find_if(kPolicies.begin(), kPolicies.end(),
                                         [&](const auto& entry) { return entry.first == method; });
  if (found == kPolicies.end()) return std::nullopt;
  return found->second;
}

bool NeedsTenant(MethodPolicy policy) {
  return policy == kService || policy == kUser || policy == kUserOrService;
}

absl::Status CheckPolicy(MethodPolicy policy, const Principal& principal) {
  const bool is_administrator = principal.credential == CredentialKind::kAdministratorKey;
  const bool is_user = !principal.user_id.empty();
  switch (policy) {
    case kAnonymous:
      return absl::OkStatus();
    case kAdministrator:
    case kService:
      if (is_administrator) return absl::OkStatus();
      return NotAllowedError("A user's session can't do this: the administrator's key is needed.");
    case kUser:
      if (is_user) return absl::OkStatus();
      return NotAllowedError("Only a user can do this: a user's session is needed.");
    case kUserOrService:
      if (is_user || is_administrator) return absl::OkStatus();
      return NotAllowedError("A user's session or the administrator's key is needed.");
  }
  return InternalError();  // a value that isn't of the enum
}

}  // namespace chatter::interceptors
