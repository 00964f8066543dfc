#include "server/model/errors.h"

#include <algorithm>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "google/rpc/error_details.pb.h"

namespace chatter {
namespace {

constexpr size_t kMaxViolations = 100;

template <typename Detail>
const std::string& TypeUrl() {
  static const auto& url =
      *new std::string(absl::StrCat("type.googleapis.com/", Detail::descriptor()->full_name()));
  return url;
}

template <typename Detail>
void Attach(absl::Status& status, const Detail& detail) {
  status.SetPayload(TypeUrl<Detail>(), absl::Cord(detail.SerializeAsString()));
}

std::string ReasonText(v1::ErrorReason reason) {
  return std::string(absl::StripPrefix(v1::ErrorReason_Name(reason), "ERROR_REASON_"));
}

absl::string_view ToAbsl(std::string_view text) { return {text.data(), text.size()}; }

}  // namespace

absl::Status MakeError(
    absl::StatusCode code, v1::ErrorReason reason, std::string_view message,
    std::initializer_list<std::pair<std::string_view, std::string_view>> metadata) {
  google::rpc::ErrorInfo info;
  info.set_reason(ReasonText(reason));
  info.set_domain("chatter");
  for (const auto& [key, value] : metadata) {
    (*info.mutable_metadata())[std::string(key)] = std::string(value);
  }
  absl::Status status(code, ToAbsl(message));
  Attach(status, info);
  return status;
}

absl::Status MakeRetryableError(absl::StatusCode code, v1::ErrorReason reason,
                                std::string_view message, absl::Duration retry_after) {
  absl::Status status = MakeError(code, reason, message);
  google::rpc::RetryInfo retry;
  retry.mutable_retry_delay()->set_seconds(absl::ToInt64Seconds(retry_after));
  retry.mutable_retry_delay()->set_nanos(static_cast<int32_t>(
      absl::ToInt64Nanoseconds(retry_after - absl::Floor(retry_after, absl::Seconds(1)))));
  Attach(status, retry);
  return status;
}

v1::ErrorReason ReasonOf(const absl::Status& status) {
  const auto payload = status.GetPayload(TypeUrl<google::rpc::ErrorInfo>());
  google::rpc::ErrorInfo info;
  v1::ErrorReason reason = v1::ERROR_REASON_UNSPECIFIED;
  if (payload.has_value() && info.ParseFromString(std::string(*payload))) {
    v1::ErrorReason_Parse(absl::StrCat("ERROR_REASON_", info.reason()), &reason);
  }
  return reason;
}

absl::Status RoomNotFoundError() {
  return MakeError(absl::StatusCode::kNotFound, v1::ERROR_REASON_ROOM_NOT_FOUND,
                   "There is no such room, or you aren't in it.");
}

absl::Status MessageNotFoundError() {
  return MakeError(absl::StatusCode::kNotFound, v1::ERROR_REASON_MESSAGE_NOT_FOUND,
                   "The room has no message with this sequence number.");
}

absl::Status ConflictError() {
  return MakeRetryableError(absl::StatusCode::kAborted, v1::ERROR_REASON_CONFLICT,
                            "Others were changing the room all the time. Retry.",
                            absl::Milliseconds(100));
}

absl::Status RoomArchivedError() {
  return MakeError(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_ROOM_ARCHIVED,
                   "The room is archived: an owner can open it again.");
}

absl::Status RoleNotAllowedError(std::string_view message) {
  return MakeError(absl::StatusCode::kPermissionDenied, v1::ERROR_REASON_ROLE_NOT_ALLOWED, message);
}

absl::Status DatabaseUnavailableError() {
  return MakeRetryableError(absl::StatusCode::kUnavailable, v1::ERROR_REASON_DATABASE_UNAVAILABLE,
                            "The database can't be reached right now. Retry; a send keeps its "
                            "client message id.",
                            absl::Seconds(1));
}

absl::Status TenantBrokenError() {
  return MakeRetryableError(absl::StatusCode::kUnavailable, v1::ERROR_REASON_TENANT_BROKEN,
                            "Something is wrong with this tenant's tables. Ask its operator.",
                            absl::Seconds(5));
}

absl::Status SchemaChangedError() {
  return MakeRetryableError(
      absl::StatusCode::kUnavailable, v1::ERROR_REASON_TENANT_NOT_READY,
      "The tenant's schema isn't the one that it was. Connect anew and retry.", absl::Seconds(1));
}

bool IsSchemaChanged(const absl::Status& status) {
  return ReasonOf(status) == v1::ERROR_REASON_TENANT_NOT_READY;
}

absl::Status DrainingError() {
  return MakeRetryableError(
      absl::StatusCode::kUnavailable, v1::ERROR_REASON_DRAINING,
      "The server is going away. Connect again, and retry; a stream resumes with its cursors.",
      absl::Seconds(1));
}

absl::Status InternalError() {
  return MakeError(
      absl::StatusCode::kInternal, v1::ERROR_REASON_INTERNAL,
      "The server failed. Find this call's request id in its log: what went wrong stands "
      "there, or shortly before.");
}

void FieldViolations::Add(std::string_view field, std::string_view description) {
  if (violations_.size() < kMaxViolations) violations_.emplace_back(field, description);
}

absl::Status FieldViolations::ToStatus(v1::ErrorReason reason, std::string_view message) const {
  if (violations_.empty()) return absl::OkStatus();
  const auto& [first_field, first_problem] = violations_.front();
  std::string text =
      absl::StrCat(std::string(message), " `", first_field, "`: ", first_problem, ".");
  if (violations_.size() > 1) {
    absl::StrAppend(&text, " (And ", violations_.size() - 1, " more.)");
  }
  absl::Status status = MakeError(absl::StatusCode::kInvalidArgument, reason, text);
  google::rpc::BadRequest bad_request;
  for (const auto& [field, description] : violations_) {
    auto* violation = bad_request.add_field_violations();
    violation->set_field(field);
    violation->set_description(description);
  }
  Attach(status, bad_request);
  return status;
}

}  // namespace chatter
