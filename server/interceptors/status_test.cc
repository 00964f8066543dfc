#include "server/interceptors/status.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "server/model/errors.h"

namespace chatter::interceptors {
namespace {

google::rpc::Status DetailsOf(const grpc::Status& status) {
  google::rpc::Status details;
  EXPECT_TRUE(details.ParseFromString(status.error_details()));
  EXPECT_EQ(details.code(), status.error_code());
  EXPECT_EQ(details.message(), status.error_message());
  return details;
}

template <typename Detail>
Detail Find(const google::rpc::Status& status) {
  Detail found;
  for (const auto& detail : status.details()) {
    if (detail.UnpackTo(&found)) return found;
  }
  ADD_FAILURE() << "no " << Detail::descriptor()->full_name();
  return found;
}

TEST(ToGrpcStatus, CarriesReasonAndDetails) {
  const grpc::Status status =
      ToGrpcStatus(MakeRetryableError(absl::StatusCode::kResourceExhausted,
                                      v1::ERROR_REASON_OVERLOADED, "Wait.", absl::Seconds(3)));
  EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  const google::rpc::Status details = DetailsOf(status);
  EXPECT_EQ(Find<google::rpc::ErrorInfo>(details).reason(), "OVERLOADED");
  EXPECT_EQ(Find<google::rpc::RetryInfo>(details).retry_delay().seconds(), 3);
  EXPECT_TRUE(ToGrpcStatus(absl::OkStatus()).ok());
}

// Clients drop the whole status when the trailing metadata is over 8 KiB.
TEST(ToGrpcStatus, KeepsTheFirstViolationsOfALongList) {
  FieldViolations violations;
  for (int i = 0; i < 100; ++i) violations.Add(absl::StrCat("f", i), std::string(200, 'x'));
  const grpc::Status status = ToGrpcStatus(violations.ToStatus());
  EXPECT_LE(status.error_details().size(), 5u * 1024);
  const google::rpc::Status details = DetailsOf(status);
  EXPECT_EQ(Find<google::rpc::ErrorInfo>(details).reason(), "INVALID_FIELD");
  const auto bad_request = Find<google::rpc::BadRequest>(details);
  ASSERT_GT(bad_request.field_violations_size(), 10);
  EXPECT_EQ(bad_request.field_violations(0).field(), "f0");
}

TEST(ToGrpcStatus, NeverLetsAnErrorWithoutReasonOut) {
  const grpc::Status defect = ToGrpcStatus(absl::AlreadyExistsError("unique key taken"));
  EXPECT_EQ(defect.error_code(), grpc::StatusCode::INTERNAL);
  EXPECT_EQ(defect.error_message().find("unique"), std::string::npos);
  EXPECT_EQ(Find<google::rpc::ErrorInfo>(DetailsOf(defect)).reason(), "INTERNAL");
  const grpc::Status late = ToGrpcStatus(absl::DeadlineExceededError("no answer"));
  EXPECT_EQ(Find<google::rpc::ErrorInfo>(DetailsOf(late)).reason(), "DATABASE_UNAVAILABLE");
}

}  // namespace
}  // namespace chatter::interceptors
