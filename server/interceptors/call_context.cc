#include "server/interceptors/call_context.h"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "server/base/clock.h"
#include "server/model/errors.h"

namespace chatter::interceptors {
namespace {

// Nobody hears of it.
absl::Status ClientGoneError() { return absl::CancelledError("The client is gone."); }

}  // namespace

absl::StatusOr<Caller> CallContext::Admit(grpc::CallbackServerContext* context) {
  const auto* self = dynamic_cast<const CallContext*>(context);
  if (self == nullptr || !self->verdict_.has_value()) {
    spdlog::error("a call got to its handler without a verdict and is denied request_id={}",
                  self == nullptr ? "" : self->request_id_);
    return InternalError();
  }
  if (!self->verdict_->ok()) return *self->verdict_;
  if (!self->is_stream_) {
    if (context->IsCancelled()) return ClientGoneError();
    if (absl::Status status = self->CheckReplies(); !status.ok()) return status;
  }
  Caller caller = self->caller_;
  caller.deadline = self->CallerDeadline();
  return caller;
}

absl::Status CallContext::MayReply(grpc::CallbackServerContext* context) {
  const auto* self = dynamic_cast<const CallContext*>(context);
  // What has changed something says so, to others as well, whatever it takes.
  const bool reads =
      self != nullptr && self->policy_ != nullptr && self->policy_->access == Access::kReads;
  if (!reads) return absl::OkStatus();
  return context->IsCancelled() ? ClientGoneError() : self->CheckReplies();
}

absl::Status CallContext::CheckReplies() const {
  if (replies_ == nullptr || replies_->quiet()) return absl::OkStatus();
  return replies_->Check(ReplyOwner());
}

void CallContext::HoldReply(size_t bytes) {
  if (replies_ == nullptr || bytes <= ReplyBudget::kSmallBytes) return;
  held_reply_ = replies_->Take(ReplyOwner(), bytes);
}

std::string CallContext::caller() const {
  return absl::StrCat(tenant().has_value() ? tenant()->text() : "", "/", principal().service, "/",
                      principal().user_id);
}

std::string_view CallContext::schema_name() const {
  return admitted() && tenant().has_value() ? std::string_view(tenant()->text())
                                            : std::string_view();
}

std::string_view CallContext::user_id() const {
  return admitted() ? std::string_view(principal().user_id) : std::string_view();
}

std::string_view CallContext::service() const {
  return admitted() ? std::string_view(principal().service) : std::string_view();
}

CredentialKind CallContext::credential_kind() const {
  return admitted() ? principal().credential : CredentialKind::kNone;
}

CallContext* CallContext::Of(grpc::experimental::ServerRpcInfo* call) {
  auto* const self = dynamic_cast<CallContext*>(call->server_context());
  if (self != nullptr && self->method_.empty()) {
    self->method_ = call->method();
    const identity::MethodPolicies::Method* const known = self->methods_.Find(self->method_);
    if (known != nullptr) self->policy_ = &known->policy;
    self->is_stream_ = call->type() != grpc::experimental::ServerRpcInfo::Type::UNARY &&
                       (known == nullptr || !known->is_unary);
  }
  return self;
}

void CallContext::set_verdict(const identity::Verdict& verdict) {
  caller_ = verdict.caller();
  if (!denied()) verdict_ = verdict.refusal();
}

void CallContext::Deny(const absl::Status& reason) {
  if (!denied()) verdict_ = identity::RefusalFor(reason, request_id_);
}

SteadyTime CallContext::CallerDeadline() const {
  if (is_stream_) return SteadyTime::InfiniteFuture();
  // gRPC counts by a steady clock, too, and has only now made this a time of day.
  const absl::Duration left = absl::FromChrono(deadline()) - Clock::Real().Now();
  return clock_.Steady() + std::min(left, kMaxCallTime);
}

}  // namespace chatter::interceptors
