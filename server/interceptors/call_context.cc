#include "server/interceptors/call_context.h"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "server/model/errors.h"

namespace chatter::interceptors {

absl::StatusOr<Caller> CallContext::Admit(grpc::CallbackServerContext* context) {
  const auto* self = dynamic_cast<const CallContext*>(context);
  if (self == nullptr || !self->verdict_.has_value()) {
    spdlog::error("a call got to its handler without a verdict and is denied request_id={}",
                  self == nullptr ? "" : self->request_id_);
    return InternalError();
  }
  if (!self->verdict_->ok()) return *self->verdict_;
  return Caller{.tenant = self->tenant_,
                .multitenant = self->multitenant_,
                .principal = self->principal_,
                .deadline = self->CallerDeadline()};
}

std::string_view CallContext::schema_name() const {
  return allowed() && tenant_.has_value() ? std::string_view(tenant_->text()) : std::string_view();
}

std::string_view CallContext::user_id() const {
  return allowed() ? std::string_view(principal_.user_id) : std::string_view();
}

std::string_view CallContext::service() const {
  return allowed() ? std::string_view(principal_.service) : std::string_view();
}

CredentialKind CallContext::credential_kind() const {
  return allowed() ? principal_.credential : CredentialKind::kNone;
}

CallContext* CallContext::Of(grpc::experimental::ServerRpcInfo* call) {
  auto* const self = dynamic_cast<CallContext*>(call->server_context());
  if (self != nullptr && self->method_.empty()) {
    self->method_ = call->method();
    self->policy_ = self->methods_.Find(self->method_);
    self->is_stream_ = call->type() != grpc::experimental::ServerRpcInfo::Type::UNARY;
  }
  return self;
}

void CallContext::set_tenant(identity::ResolvedTenant tenant) {
  tenant_ = std::move(tenant.schema_name);
  multitenant_ = tenant.multitenant;
}

void CallContext::Allow() {
  if (!verdict_.has_value()) verdict_ = absl::OkStatus();
}

void CallContext::Deny(const absl::Status& reason) {
  if (denied()) return;
  if (absl::IsDeadlineExceeded(reason)) {
    verdict_ = DatabaseUnavailableError();
  } else if (ReasonOf(reason) != v1::ERROR_REASON_UNSPECIFIED) {
    verdict_ = reason;
  } else {
    spdlog::error("a call is denied for an error without a reason: {} request_id={}",
                  reason.ToString(), request_id_);
    verdict_ = InternalError();
  }
}

absl::Time CallContext::CallerDeadline() const {
  if (is_stream_) return absl::InfiniteFuture();
  return std::min(absl::FromChrono(deadline()), clock_.Now() + kMaxCallTime);
}

}  // namespace chatter::interceptors
