#include "chatter/client/errors.h"

#include <grpcpp/support/status.h>
#include <gtest/gtest.h>

#include "google/rpc/error_details.pb.h"

namespace chatter::client {
namespace {

google::rpc::Status StatusWithDetails() {
  google::rpc::Status status;
  status.set_code(static_cast<int>(absl::StatusCode::kInvalidArgument));
  status.set_message("two fields are wrong");
  google::rpc::ErrorInfo info;
  info.set_reason("INVALID_FIELD");
  info.set_domain("chatter");
  (*info.mutable_metadata())["limit"] = "64";
  status.add_details()->PackFrom(info);
  google::rpc::BadRequest bad_request;
  for (const char* field : {"room_id", "text"}) {
    auto* violation = bad_request.add_field_violations();
    violation->set_field(field);
    violation->set_description("is missing");
  }
  status.add_details()->PackFrom(bad_request);
  google::rpc::RetryInfo retry;
  retry.mutable_retry_delay()->set_seconds(2);
  retry.mutable_retry_delay()->set_nanos(500'000'000);
  status.add_details()->PackFrom(retry);
  return status;
}

void ExpectAllDetails(const ErrorDetails& details) {
  EXPECT_EQ(details.reason, "INVALID_FIELD");
  EXPECT_EQ(details.domain, "chatter");
  EXPECT_EQ(details.metadata.at("limit"), "64");
  ASSERT_EQ(details.violations.size(), 2u);
  EXPECT_EQ(details.violations[0].field, "room_id");
  EXPECT_EQ(details.violations[1].field, "text");
  EXPECT_EQ(details.violations[1].description, "is missing");
  EXPECT_EQ(details.retry_after, absl::Milliseconds(2'500));
}

TEST(ErrorsTest, ReadsDetailsFromEveryKindOfStatus) {
  const google::rpc::Status rpc = StatusWithDetails();
  const grpc::Status grpc_status(grpc::StatusCode::INVALID_ARGUMENT, rpc.message(),
                                 rpc.SerializeAsString());
  ExpectAllDetails(DetailsOf(rpc));
  ExpectAllDetails(DetailsOf(grpc_status));
  ExpectAllDetails(DetailsOf(ToAbslStatus(rpc)));
  ExpectAllDetails(DetailsOf(ToAbslStatus(grpc_status)));
}

TEST(ErrorsTest, ConvertsThereAndBack) {
  const google::rpc::Status rpc = StatusWithDetails();
  EXPECT_EQ(ToRpcStatus(ToAbslStatus(rpc)).SerializeAsString(), rpc.SerializeAsString());
}

TEST(ErrorsTest, LivesWithoutDetailsAndWithBrokenOnes) {
  EXPECT_EQ(DetailsOf(absl::NotFoundError("gone")).reason, "");
  const grpc::Status broken(grpc::StatusCode::INTERNAL, "broken", "\xFF\xFF\xFF");
  EXPECT_EQ(DetailsOf(broken).reason, "");
  EXPECT_EQ(ToAbslStatus(broken), ToAbslStatus(broken));
  EXPECT_EQ(ToAbslStatus(broken).message(), "broken");
}

TEST(ErrorsTest, UnheardOfCodesAreUnknown) {
  google::rpc::Status status;
  status.set_code(4711);
  EXPECT_EQ(ToAbslStatus(status).code(), absl::StatusCode::kUnknown);
}

}  // namespace
}  // namespace chatter::client
