#include "server/interceptors/status.h"

#include <string>

#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "server/wire/rpc_status.h"

namespace chatter::interceptors {
namespace {

// About 6.7 KiB as base64: leaves room for the message and the rest of 8 KiB of metadata.
constexpr size_t kMaxDetailsBytes = size_t{5} << 10;

// Returns whether there is anything left to drop.
bool DropHalf(google::protobuf::Any& detail) {
  google::rpc::BadRequest bad_request;
  if (!detail.UnpackTo(&bad_request)) return false;
  auto* violations = bad_request.mutable_field_violations();
  const int kept = violations->size() / 2;
  violations->DeleteSubrange(kept, violations->size() - kept);
  detail.PackFrom(bad_request);
  return kept > 0;
}

void ShortenViolations(google::rpc::Status& status) {
  for (auto& detail : *status.mutable_details()) {
    if (!detail.Is<google::rpc::BadRequest>()) continue;
    while (status.ByteSizeLong() > kMaxDetailsBytes && DropHalf(detail)) {
    }
  }
}

}  // namespace

grpc::Status ToGrpcStatus(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  google::rpc::Status details = wire::ToRpcStatus(status);
  ShortenViolations(details);
  return {static_cast<grpc::StatusCode>(details.code()), details.message(),
          details.SerializeAsString()};
}

}  // namespace chatter::interceptors
