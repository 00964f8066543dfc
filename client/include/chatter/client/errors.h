// What Chatter's errors say beyond code and message.
//
// A google.rpc.Status is in gRPC's statuses, in those within a stream, and, as a payload, in an
// absl::Status of this library. Thread-safe.
#ifndef CHATTER_CLIENT_ERRORS_H_
#define CHATTER_CLIENT_ERRORS_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "google/rpc/status.pb.h"

namespace grpc {
class Status;
}

namespace chatter::client {

struct FieldViolation {
  std::string field;
  std::string description;
};

struct ErrorDetails {
  std::string reason;  // a name of chatter.v1.ErrorReason without its prefix; empty: none was given
  std::string domain;  // "chatter" for Chatter's own
  std::map<std::string, std::string> metadata;
  std::vector<FieldViolation> violations;
  std::optional<absl::Duration> retry_after;
};

// Details that don't parse count as absent.
ErrorDetails DetailsOf(const google::rpc::Status& status);
ErrorDetails DetailsOf(const grpc::Status& status);
ErrorDetails DetailsOf(const absl::Status& status);

absl::Status ToAbslStatus(const google::rpc::Status& status);
absl::Status ToAbslStatus(const grpc::Status& status);

google::rpc::Status ToRpcStatus(const absl::Status& status);

}  // namespace chatter::client

#endif  // CHATTER_CLIENT_ERRORS_H_
