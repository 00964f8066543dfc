#include "client/cli/report.h"

#include <google/protobuf/descriptor.h>

#include <map>
#include <string_view>
#include <utility>

#include "absl/strings/cord.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "chatter/client/errors.h"
#include "client/cli/output.h"
#include "client/cli/terminal_text.h"

namespace chatter::client::cli {
namespace {

constexpr char kUsagePayload[] = "chatter.cli/usage";

bool IsUsageError(const absl::Status& status) {
  return status.GetPayload(kUsagePayload).has_value();
}

// What to do about an error, by its reason.
std::string_view HintFor(std::string_view reason) {
  static const std::map<std::string_view, std::string_view> hints = {
      {"CREDENTIAL_REQUIRED",
       "give --token or CHATTER_TOKEN ('chatter session create USER' makes one), or "
       "--admin-key-file for administration"},
      {"CREDENTIAL_INVALID",
       "check --tenant and the token; 'chatter session create USER' makes a new one"},
      {"CREDENTIAL_NOT_ALLOWED",
       "administration takes --admin-key-file, chatting takes a user's --token"},
      {"TENANT_REQUIRED", "give --tenant or CHATTER_TENANT"},
      {"TENANT_NOT_FOUND", "'chatter tenant list' shows those there are"},
      {"ROOM_NOT_FOUND", "'chatter room list' shows yours, 'chatter room browse' the public ones"},
      {"MESSAGE_NOT_FOUND", "'chatter messages ROOM' shows those there are"},
      {"TOO_MANY_REACTIONS", "'chatter messages ROOM' shows those there are"},
      {"USER_NOT_FOUND", "'chatter user list' shows those there are"},
      {"UNKNOWN_USERS",
       "'chatter user add' makes users, 'chatter member add' brings them into a room"},
      {"CALLER_NOT_INCLUDED", "name yourself among the users"},
      {"ROLE_NOT_ALLOWED", "'chatter member list ROOM' shows who may do more"},
      {"ROOM_ARCHIVED", "'chatter room unarchive ROOM' opens it again"},
      {"DIRECT_ROOM", "'chatter room create --group' makes a room whose members may change"},
      {"MEMBER_NOT_FOUND", "'chatter member list ROOM' shows those there are"},
      {"LAST_OWNER", "'chatter member role ROOM USER=owner' does that"},
      {"FEATURE_DISABLED", "'chatter settings' shows what is"},
      {"REWRITE_WINDOW_OVER", "'chatter settings' shows how long it may be"},
      {"CONFLICT", "try again in a moment"},
      {"CLIENT_MESSAGE_ID_REUSED", "give another --id, or none"},
      {"SCHEMA_EXISTS", "'chatter tenant attach' makes a tenant of a schema that is there"},
      {"TENANT_STATE", "'chatter tenant get NAME' shows it"},
      {"TENANT_NOT_READY", "try again in a moment"},
      {"DATABASE_UNAVAILABLE", "try again in a moment"},
      {"OVERLOADED", "try again in a moment"},
      {"DRAINING", "try again in a moment"},
  };
  const auto found = hints.find(reason);
  return found == hints.end() ? std::string_view() : found->second;
}

// For errors that no server has given a reason for.
std::string_view HintFor(absl::StatusCode code) {
  if (code == absl::StatusCode::kUnavailable) {
    return "check --address, and 'chatter health' says whether the server is up";
  }
  if (code == absl::StatusCode::kDeadlineExceeded) return "try again, or give a longer --timeout";
  return {};
}

std::string Words(const absl::Status& status) {
  const ErrorDetails details = DetailsOf(status);
  std::string words(status.message());
  if (words.empty()) words = absl::StatusCodeToString(status.code());
  while (absl::EndsWith(words, ".")) words.pop_back();
  for (const FieldViolation& violation : details.violations) {
    absl::StrAppend(&words, "; ", violation.field, ": ", violation.description);
  }
  std::string_view hint = HintFor(std::string_view(details.reason));
  if (details.reason.empty() && !IsUsageError(status)) hint = HintFor(status.code());
  if (!hint.empty()) absl::StrAppend(&words, "; ", std::string(hint));
  if (!details.reason.empty()) absl::StrAppend(&words, " [", details.reason, "]");
  return Sanitize(words);
}

// Details of other types can't be shown as JSON.
google::rpc::Status WithKnownDetails(google::rpc::Status status) {
  google::protobuf::RepeatedPtrField<google::protobuf::Any> known;
  for (const auto& detail : status.details()) {
    const std::string& url = detail.type_url();
    const std::string type = url.substr(url.rfind('/') + 1);
    const auto* pool = google::protobuf::DescriptorPool::generated_pool();
    if (pool->FindMessageTypeByName(type) != nullptr) *known.Add() = detail;
  }
  *status.mutable_details() = std::move(known);
  return status;
}

}  // namespace

absl::Status UsageError(const std::string& message) {
  absl::Status status = absl::InvalidArgumentError(message);
  status.SetPayload(kUsagePayload, absl::Cord("1"));
  return status;
}

absl::Status WithRepeatHint(const absl::Status& status, const std::string& hint) {
  if (!absl::IsUnavailable(status) && !absl::IsDeadlineExceeded(status)) return status;
  google::rpc::Status result = ToRpcStatus(status);
  result.set_message(absl::StrCat(result.message(), " (", hint, ")"));
  return ToAbslStatus(result);
}

int ExitCode(const absl::Status& status) {
  if (IsUsageError(status)) return kExitUsage;
  switch (status.code()) {
    case absl::StatusCode::kOk:
      return kExitOk;
    case absl::StatusCode::kNotFound:
      return kExitNotFound;
    case absl::StatusCode::kUnauthenticated:
    case absl::StatusCode::kPermissionDenied:
      return kExitDenied;
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kDeadlineExceeded:
    case absl::StatusCode::kAborted:
      return kExitUnavailable;
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kAlreadyExists:
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kResourceExhausted:
      return kExitRefused;
    default:
      return kExitInternal;
  }
}

void ReportError(const absl::Status& status, bool json, std::ostream& err) {
  if (json) {
    err << ToJson(WithKnownDetails(ToRpcStatus(status))).value_or("{}") << std::endl;
    return;
  }
  err << "chatter: " << Words(status) << std::endl;
}

}  // namespace chatter::client::cli
