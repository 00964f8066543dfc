#include "server/interceptors/access_log.h"

#include <grpcpp/support/status.h>
#include <spdlog/spdlog.h>

#include <chrono>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "server/base/clock.h"
#include "server/base/log_text.h"
#include "server/interceptors/call_context.h"

namespace chatter::interceptors {
namespace {

using grpc::experimental::InterceptionHookPoints;

std::string_view NameOf(CredentialKind kind) {
  switch (kind) {
    case CredentialKind::kNone:
      return "none";
    case CredentialKind::kAdministratorKey:
      return "administrator_key";
    case CredentialKind::kSession:
      return "session";
    case CredentialKind::kDjangoSession:
      return "django_session";
    case CredentialKind::kJwt:
      return "jwt";
    case CredentialKind::kApiKey:
      return "api_key";
    case CredentialKind::kClientCertificate:
      return "client_certificate";
  }
  return "unknown";
}

google::rpc::ErrorInfo InfoIn(const grpc::Status& status) {
  google::rpc::Status rich;
  google::rpc::ErrorInfo info;
  if (!rich.ParseFromString(status.error_details())) return {};
  for (const auto& detail : rich.details()) {
    if (detail.UnpackTo(&info)) return info;
  }
  return {};
}

// Which statement failed, and how, where that is why the call did: fields at the line's end.
std::string FailedStatement(const google::rpc::ErrorInfo& info) {
  const auto statement = info.metadata().find("statement");
  const auto sqlstate = info.metadata().find("sqlstate");
  if (statement == info.metadata().end() || sqlstate == info.metadata().end()) return "";
  return absl::StrCat(" sqlstate=", LogField(sqlstate->second),
                      " statement=", LogField(statement->second));
}

// What became of a call. One that had run out of time before it ended says so: what else has come
// in the way by then, nobody has waited for.
grpc::StatusCode CodeOf(const CallContext& context, const grpc::Status& status) {
  const grpc::StatusCode code = status.error_code();
  const bool may_be_late =
      code == grpc::StatusCode::CANCELLED || code == grpc::StatusCode::UNAVAILABLE;
  const bool is_late = may_be_late && absl::FromChrono(context.deadline()) <= Clock::Real().Now();
  return is_late ? grpc::StatusCode::DEADLINE_EXCEEDED : code;
}

bool IsForAnybody(const CallContext& context) {
  return context.policy() != nullptr && context.policy()->callers == Callers::kAnybody;
}

spdlog::level::level_enum LevelOf(const CallContext& context, grpc::StatusCode code) {
  const auto usual = IsForAnybody(context) ? spdlog::level::debug : spdlog::level::info;
  if (context.IsCancelled()) return usual;  // whatever came of it, nobody is there to miss it
  switch (code) {
    case grpc::StatusCode::INTERNAL:
    case grpc::StatusCode::UNAVAILABLE:
    case grpc::StatusCode::UNKNOWN:
    case grpc::StatusCode::DEADLINE_EXCEEDED:
      return spdlog::level::warn;
    default:
      return usual;
  }
}

class AccessLog final : public grpc::experimental::Interceptor {
 public:
  AccessLog(const CallContext& context, std::shared_ptr<spdlog::logger> log)
      : context_(context), log_(std::move(log)) {}

  void Intercept(grpc::experimental::InterceptorBatchMethods* methods) override {
    if (methods->QueryInterceptionHookPoint(InterceptionHookPoints::PRE_SEND_STATUS)) {
      Write(methods->GetSendStatus());
    }
    methods->Proceed();
  }

 private:
  using SteadyClock = std::chrono::steady_clock;

  void Write(const grpc::Status& status) const {
    const grpc::StatusCode code = CodeOf(context_, status);
    const auto level = LevelOf(context_, code);
    if (!log_->should_log(level)) return;
    const google::rpc::ErrorInfo info =
        code == status.error_code() ? InfoIn(status) : google::rpc::ErrorInfo();
    const std::chrono::duration<double, std::milli> duration = SteadyClock::now() - begun_;
    const Principal& principal = context_.principal();
    log_->log(
        level,
        "call method={} tenant={} user={} service={} credential={} status={} reason={} "
        "duration_ms={:.3f} request_id={} peer={}{}",
        LogField(context_.method()), context_.tenant() ? LogField(context_.tenant()->text()) : "",
        LogField(principal.user_id), LogField(principal.service), NameOf(principal.credential),
        absl::StatusCodeToString(static_cast<absl::StatusCode>(code)), LogField(info.reason()),
        duration.count(), LogField(context_.request_id()), LogField(context_.peer()),
        FailedStatement(info));
  }

  const CallContext& context_;
  const std::shared_ptr<spdlog::logger> log_;
  const SteadyClock::time_point begun_ = SteadyClock::now();
};

}  // namespace

grpc::experimental::Interceptor* AccessLogFactory::CreateServerInterceptor(
    grpc::experimental::ServerRpcInfo* call) {
  CallContext* const context = CallContext::Of(call);
  return context == nullptr ? nullptr : new AccessLog(*context, log_);
}

}  // namespace chatter::interceptors
