#include "client/cli/report.h"

#include <gmock/gmock.h>

#include <sstream>

#include "chatter/client/errors.h"
#include "google/rpc/error_details.pb.h"

namespace chatter::client::cli {
namespace {

using testing::HasSubstr;

absl::Status WithDetails(const std::string& message) {
  google::rpc::Status status;
  status.set_code(static_cast<int>(absl::StatusCode::kInvalidArgument));
  status.set_message(message);
  google::rpc::ErrorInfo info;
  info.set_reason("UNKNOWN_USERS");
  info.set_domain("chatter");
  status.add_details()->PackFrom(info);
  google::rpc::BadRequest bad_request;
  auto* violation = bad_request.add_field_violations();
  violation->set_field("user_ids[1]");
  violation->set_description("no user 'zoe'");
  status.add_details()->PackFrom(bad_request);
  return ToAbslStatus(status);
}

std::string Report(const absl::Status& status, bool json) {
  std::ostringstream err;
  ReportError(status, json, err);
  return err.str();
}

TEST(ReportTest, ExitCodes) {
  EXPECT_EQ(ExitCode(absl::OkStatus()), 0);
  EXPECT_EQ(ExitCode(absl::InternalError("")), 1);
  EXPECT_EQ(ExitCode(absl::UnknownError("")), 1);
  EXPECT_EQ(ExitCode(UsageError("")), 2);
  EXPECT_EQ(ExitCode(absl::NotFoundError("")), 3);
  EXPECT_EQ(ExitCode(absl::UnauthenticatedError("")), 4);
  EXPECT_EQ(ExitCode(absl::PermissionDeniedError("")), 4);
  EXPECT_EQ(ExitCode(absl::UnavailableError("")), 5);
  EXPECT_EQ(ExitCode(absl::DeadlineExceededError("")), 5);
  EXPECT_EQ(ExitCode(absl::AbortedError("")), 5);
  EXPECT_EQ(ExitCode(absl::InvalidArgumentError("")), 6);
  EXPECT_EQ(ExitCode(absl::AlreadyExistsError("")), 6);
  EXPECT_EQ(ExitCode(absl::FailedPreconditionError("")), 6);
  EXPECT_EQ(ExitCode(absl::ResourceExhaustedError("")), 6);
}

TEST(ReportTest, SaysWhatAndWhereAndWhatToDo) {
  EXPECT_EQ(Report(WithDetails("unknown users."), false),
            "chatter: unknown users; user_ids[1]: no user 'zoe'; 'chatter user add' makes users, "
            "'chatter member add' brings them into a room [UNKNOWN_USERS]\n");
}

TEST(ReportTest, IsOneJsonObjectWithDetails) {
  const std::string json = Report(WithDetails("unknown users"), true);
  EXPECT_THAT(json, HasSubstr("\"code\":3"));
  EXPECT_THAT(json, HasSubstr("\"reason\":\"UNKNOWN_USERS\""));
  EXPECT_THAT(json, HasSubstr("\"field\":\"user_ids[1]\""));
  EXPECT_EQ(json.find('\n'), json.size() - 1);
}

TEST(ReportTest, DetailsOfUnknownTypeAreLeftOut) {
  google::rpc::Status status;
  status.set_code(5);
  status.set_message("gone");
  status.add_details()->set_type_url("type.googleapis.com/no.such.Type");
  EXPECT_EQ(Report(ToAbslStatus(status), true),
            "{\"code\":5,\"message\":\"gone\",\"details\":[]}\n");
}

TEST(ReportTest, TheServersWordsDoNotReachTheTerminalUnchecked) {
  EXPECT_THAT(Report(absl::InternalError("\x1B[2J"), false), HasSubstr("␛[2J"));
}

}  // namespace
}  // namespace chatter::client::cli
