#include "server/identity/method_policy.h"

#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/model/errors.h"

namespace chatter::identity {
namespace {

absl::Status NotAllowedError(std::string_view message) {
  return MakeError(absl::StatusCode::kPermissionDenied, v1::ERROR_REASON_CREDENTIAL_NOT_ALLOWED,
                   message);
}

absl::Status OutOfScopeError(std::string_view message) {
  return MakeError(absl::StatusCode::kPermissionDenied, v1::ERROR_REASON_OUT_OF_SCOPE, message);
}

absl::Status CheckCallers(Callers callers, const Principal& principal) {
  const bool is_user = !principal.user_id.empty();
  const bool is_service = !is_user && !principal.service.empty();
  switch (callers) {
    case Callers::kAnybody:
      return absl::OkStatus();
    case Callers::kAdministrator:
      if (is_service && principal.credential == CredentialKind::kAdministratorKey) {
        return absl::OkStatus();
      }
      return NotAllowedError(
          "Only an administrator can do this: the administrator's key is needed.");
    case Callers::kService:
      if (is_service) return absl::OkStatus();
      return NotAllowedError(
          "Only a service can do this, for itself: an API key or the administrator's key is "
          "needed, "
          "without x-chatter-on-behalf-of.");
    case Callers::kUser:
      if (is_user) return absl::OkStatus();
      return NotAllowedError(
          "Only a user can do this: a user's credential is needed, or x-chatter-on-behalf-of.");
    case Callers::kUserOrService:
      if (is_user || is_service) return absl::OkStatus();
      return NotAllowedError("A user's or a service's credential is needed.");
  }
  return InternalError();  // a value that isn't of the enum
}

// "chatter.v1.ChatService" of "/chatter.v1.ChatService/Chat".
std::string_view ServiceOf(std::string_view method) {
  const size_t end = method.rfind('/');
  return end == std::string_view::npos || end == 0 ? "" : method.substr(1, end - 1);
}

absl::Status CheckScope(std::string_view method, const MethodPolicy& policy,
                        const ServiceScope& scope) {
  if (!ServiceScope::Holds(scope.services, ServiceOf(method))) {
    return OutOfScopeError("The service account may not call this service.");
  }
  if (scope.read_only && policy.access != Access::kReads) {
    return OutOfScopeError("The service account may only read.");
  }
  return absl::OkStatus();
}

bool IsUnary(std::string name) {
  std::replace(name.begin(), name.end(), '/', '.');  // "/chatter.v1.ChatService/Chat"
  const auto* const method = google::protobuf::DescriptorPool::generated_pool()->FindMethodByName(
      name.substr(name.starts_with('.') ? 1 : 0));
  return method != nullptr && !method->client_streaming() && !method->server_streaming();
}

}  // namespace

MethodPolicies::MethodPolicies(std::vector<Entry> entries) {
  constexpr MethodPolicy kOpen{Callers::kAnybody, Access::kReads};
  Add("/grpc.health.v1.Health/Check", kOpen);
  Add("/grpc.health.v1.Health/Watch", kOpen);
  Add("/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", kOpen);
  for (Entry& entry : entries) Add(std::move(entry.method), entry.policy);
}

void MethodPolicies::Add(std::string method, MethodPolicy policy) {
  const bool is_unary = IsUnary(method);
  methods_.insert_or_assign(std::move(method), {policy, is_unary});
}

const MethodPolicies::Method* MethodPolicies::Find(std::string_view method) const {
  const auto found = methods_.find(absl::string_view(method.data(), method.size()));
  return found == methods_.end() ? nullptr : &found->second;
}

std::vector<std::string> MethodPolicies::names() const {
  std::vector<std::string> names;
  for (const auto& [name, method] : methods_) names.push_back(name);
  std::sort(names.begin(), names.end());
  return names;
}

bool NeedsTenant(Callers callers) {
  return callers != Callers::kAnybody && callers != Callers::kAdministrator;
}

absl::Status CheckPolicy(std::string_view method, const MethodPolicy& policy,
                         const Principal& principal) {
  if (absl::Status status = CheckCallers(policy.callers, principal); !status.ok()) return status;
  if (principal.scope == nullptr) return absl::OkStatus();
  return CheckScope(method, policy, *principal.scope);
}

}  // namespace chatter::identity
