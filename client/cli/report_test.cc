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
            "chatter: unknown users; 'chatter user add' makes users, 'chatter member add' brings "
            "them into a room [UNKNOWN_USERS]\n"
            "  USER 2: no user 'zoe'\n");
}

TEST(ReportTest, AFieldIsToldOfOnce) {
  EXPECT_THAT(Report(WithDetails("Unknown. `user_ids[1]`: no user 'zoe'. (And 2 more.)"), false),
              testing::AllOf(testing::StartsWith("chatter: Unknown; "),
                             testing::EndsWith("[UNKNOWN_USERS]\n  USER 2: no user 'zoe'\n")));
}

absl::Status WithReason(const char* reason, const std::string& message) {
  google::rpc::Status status;
  status.set_code(static_cast<int>(absl::StatusCode::kUnavailable));
  status.set_message(message);
  google::rpc::ErrorInfo info;
  info.set_reason(reason);
  info.set_domain("chatter");
  status.add_details()->PackFrom(info);
  return ToAbslStatus(status);
}

TEST(ReportTest, AForgottenTenantOrCredentialSaysWhatGivesOne) {
  const std::string tenant =
      Report(WithReason("TENANT_REQUIRED", "Name one in the metadata x-chatter-tenant."), false);
  EXPECT_THAT(tenant, testing::StartsWith("chatter: no tenant is given; give --tenant"));
  EXPECT_THAT(tenant, HasSubstr("CHATTER_TENANT"));
  EXPECT_THAT(tenant, HasSubstr("--config"));
  const std::string credential =
      Report(WithReason("CREDENTIAL_REQUIRED", "Send authorization: Bearer <token>."), false);
  EXPECT_THAT(credential, testing::StartsWith("chatter: no credential is given; give --token"));
  EXPECT_THAT(credential, HasSubstr("--admin-key-file"));
}

TEST(ReportTest, ReasonsThatItDoesNotKnowKeepTheServersText) {
  EXPECT_EQ(Report(WithReason("OF_A_NEWER_SERVER", "It rains."), false),
            "chatter: It rains [OF_A_NEWER_SERVER]\n");
}

TEST(ReportTest, TheServersTextsAreFreeOfTheApi) {
  EXPECT_EQ(Report(WithReason("X", "Leave x-chatter-on-behalf-of out."), false),
            "chatter: Leave --on-behalf-of out [X]\n");
  EXPECT_EQ(ErrorText(WithReason("DRAINING", "Connect again and resume with your cursors.")),
            "the server is going away");
}

TEST(ReportTest, HowToRepeatACallIsToldWhateverItsError) {
  const absl::Status status =
      WithRepeatHint(WithReason("DRAINING", "Resume with your cursors."), "send it with --id 1");
  EXPECT_THAT(Report(status, false), HasSubstr("going away (send it with --id 1)"));
  EXPECT_THAT(Report(status, true), HasSubstr("cursors. (send it with --id 1)"));
  EXPECT_EQ(ExitCode(status), kExitUnavailable);
}

TEST(ReportTest, ConnectionsThatFailForTlsSayWhatToDo) {
  ClientOptions options;
  options.address = "host:1";
  const auto words = [&](const std::string& text) {
    const absl::Status status = WithRepeatHint(absl::UnavailableError(text), "repeat it so");
    return Report(WithConnectionWords(status, options), false);
  };
  EXPECT_EQ(words("OpenSSL: Socket closed"),
            "chatter: the server at host:1 has ended the connection, which was tried without TLS: "
            "it may speak TLS (add --tls), or be going away (repeat it so)\n");
  EXPECT_THAT(words("Connection refused"), HasSubstr("check --address"));
  options.tls = true;
  EXPECT_THAT(words("Ssl handshake failed: SSL routines::wrong version number"),
              HasSubstr("doesn't speak TLS at this port: leave out --tls"));
  EXPECT_THAT(words("SSL routines::certificate verify failed"), HasSubstr("--tls-ca"));
  EXPECT_THAT(words("recvmsg:Connection reset by peer"), HasSubstr("give --tls-cert"));
  EXPECT_THAT(words("Connection refused"), HasSubstr("check --address"));
}

TEST(ReportTest, ErrorsOfTheServerAreNotTakenForThoseOfTheConnection) {
  EXPECT_THAT(Report(WithConnectionWords(WithReason("X", "Socket closed"), ClientOptions()), false),
              HasSubstr("Socket closed"));
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
