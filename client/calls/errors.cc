#include "chatter/client/errors.h"

#include <grpcpp/support/status.h>

#include "absl/strings/cord.h"
#include "client/base/proto_time.h"
#include "google/rpc/error_details.pb.h"

namespace chatter::client {
namespace {

constexpr char kPayloadType[] = "type.googleapis.com/google.rpc.Status";

void AddDetail(const google::protobuf::Any& any, ErrorDetails& details) {
  google::rpc::ErrorInfo info;
  google::rpc::BadRequest bad_request;
  google::rpc::RetryInfo retry;
  if (any.UnpackTo(&info)) {
    details.reason = info.reason();
    details.domain = info.domain();
    details.metadata = {info.metadata().begin(), info.metadata().end()};
  } else if (any.UnpackTo(&bad_request)) {
    for (const auto& violation : bad_request.field_violations()) {
      details.violations.push_back({violation.field(), violation.description()});
    }
  } else if (any.UnpackTo(&retry)) {
    details.retry_after = ToAbslDuration(retry.retry_delay());
  }
}

// Codes beyond those that gRPC defines become UNKNOWN.
absl::StatusCode ToCode(int code) {
  const bool known = code >= 0 && code <= static_cast<int>(absl::StatusCode::kUnauthenticated);
  return known ? static_cast<absl::StatusCode>(code) : absl::StatusCode::kUnknown;
}

absl::Status MakeStatus(int code, const std::string& message, const std::string& payload) {
  absl::Status status(ToCode(code), message);
  if (!payload.empty()) status.SetPayload(kPayloadType, absl::Cord(payload));
  return status;
}

}  // namespace

ErrorDetails DetailsOf(const google::rpc::Status& status) {
  ErrorDetails details;
  for (const auto& any : status.details()) AddDetail(any, details);
  return details;
}

ErrorDetails DetailsOf(const grpc::Status& status) { return DetailsOf(ToAbslStatus(status)); }

ErrorDetails DetailsOf(const absl::Status& status) { return DetailsOf(ToRpcStatus(status)); }

absl::Status ToAbslStatus(const google::rpc::Status& status) {
  const std::string payload = status.details().empty() ? "" : status.SerializeAsString();
  return MakeStatus(status.code(), status.message(), payload);
}

absl::Status ToAbslStatus(const grpc::Status& status) {
  return MakeStatus(status.error_code(), status.error_message(), status.error_details());
}

google::rpc::Status ToRpcStatus(const absl::Status& status) {
  google::rpc::Status result;
  if (const auto payload = status.GetPayload(kPayloadType); payload.has_value()) {
    if (!result.ParseFromString(std::string(*payload))) result.Clear();
  }
  result.set_code(status.raw_code());
  result.set_message(std::string(status.message()));
  return result;
}

}  // namespace chatter::client
