#include "client/cli/report.h"

#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <initializer_list>
#include <string_view>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/cord.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "chatter/client/errors.h"
#include "client/cli/error_words.h"
#include "client/cli/output.h"
#include "client/cli/terminal_text.h"

namespace chatter::client::cli {
namespace {

constexpr char kUsagePayload[] = "chatter.cli/usage";
constexpr char kRepeatPayload[] = "chatter.cli/repeat";          // the hint
constexpr char kConnectionPayload[] = "chatter.cli/connection";  // the message says what to do

bool IsUsageError(const absl::Status& status) {
  return status.GetPayload(kUsagePayload).has_value();
}

// For errors that no server has given a reason for.
std::string_view HintFor(absl::StatusCode code) {
  if (code == absl::StatusCode::kUnavailable) {
    return "check --address, and 'chatter health' says whether the server is up";
  }
  if (code == absl::StatusCode::kDeadlineExceeded) return "try again, or give a longer --timeout";
  return {};
}

// The server's message without the first of the fields that are wrong, which stands at its end.
std::string WithoutFields(std::string message, const ErrorDetails& details) {
  if (details.violations.empty()) return message;
  const size_t field = message.find(absl::StrCat(" `", details.violations.front().field, "`: "));
  return message.substr(0, field);
}

// What has happened, in one line without a full stop.
std::string TextOf(std::string message, const absl::Status& status, const ErrorDetails& details) {
  std::string text(WordsFor(details.reason).text);
  if (text.empty()) text = std::move(message);
  if (text.empty()) text = absl::StatusCodeToString(status.code());
  while (text.ends_with('.')) text.pop_back();
  return absl::StrReplaceAll(
      text, {{"The request has invalid fields", "the server refuses what was given"},
             {". Name one in the metadata x-chatter-tenant, or call one of its domains", ""},
             {"x-chatter-tenant", "--tenant"},
             {"x-chatter-on-behalf-of-bin", "--on-behalf-of"},
             {"x-chatter-on-behalf-of", "--on-behalf-of"},
             {"metadata authorization", "--token"}});
}

std::string HintFor(const absl::Status& status, const ErrorDetails& details) {
  if (!details.reason.empty()) return std::string(WordsFor(details.reason).hint);
  const bool is_told = IsUsageError(status) || status.GetPayload(kConnectionPayload).has_value();
  return is_told ? "" : std::string(HintFor(status.code()));
}

// One line for each field that is wrong.
std::string Violations(const ErrorDetails& details) {
  std::string lines;
  for (const FieldViolation& violation : details.violations) {
    absl::StrAppend(&lines, "\n  ", Sanitize(TerminalName(violation.field)), ": ",
                    Sanitize(violation.description));
  }
  return lines;
}

std::string Words(const absl::Status& status) {
  const ErrorDetails details = DetailsOf(status);
  // Each field has a line of its own.
  std::string words =
      TextOf(WithoutFields(std::string(status.message()), details), status, details);
  if (const auto repeat = status.GetPayload(kRepeatPayload)) {
    absl::StrAppend(&words, " (", std::string(*repeat), ")");
  }
  const std::string hint = HintFor(status, details);
  if (!hint.empty()) absl::StrAppend(&words, "; ", hint);
  if (!details.reason.empty()) absl::StrAppend(&words, " [", details.reason, "]");
  return absl::StrCat(Sanitize(words), Violations(details));
}

// REQUIRES: `parts` are of lower case.
bool ContainsOneOf(const std::string& text, std::initializer_list<const char*> parts) {
  const std::string lower = absl::AsciiStrToLower(text);
  return std::any_of(parts.begin(), parts.end(),
                     [&](const char* part) { return absl::StrContains(lower, part); });
}

// What gRPC's text, or OpenSSL's in it, means for how the server is called; empty: nothing.
std::string ConnectionWords(const std::string& text, const ClientOptions& options) {
  const std::string server = absl::StrCat("the server at ", options.address);
  if (ContainsOneOf(text, {"wrong version number", "wrong_version_number"})) {
    return absl::StrCat(server, " doesn't speak TLS at this port: leave out --tls and CHATTER_TLS");
  }
  if (ContainsOneOf(text, {"certificate verify failed", "certificate_verify_failed"})) {
    return absl::StrCat(server, " has a certificate of an authority that isn't trusted: give ",
                        "--tls-ca, or check whether it is the right server");
  }
  if (ContainsOneOf(text, {"hostname verification", "peer name"})) {
    return absl::StrCat(server, " has a certificate for another name: check --address");
  }
  if (!ContainsOneOf(text, {"socket closed", "connection reset", "endpoint closing", "goaway",
                            "broken pipe", "handshake failed"})) {
    return "";
  }
  return options.tls ? absl::StrCat(server, " has ended the connection, which was tried with TLS: ",
                                    "it may not speak TLS (leave out --tls), or may ask for a ",
                                    "certificate (give --tls-cert and --tls-key)")
                     : absl::StrCat(server, " has ended the connection, which was tried without ",
                                    "TLS: it may speak TLS (add --tls), or be going away");
}

// As programs read it, with how to repeat the call.
google::rpc::Status ForPrograms(const absl::Status& status) {
  google::rpc::Status result = ToRpcStatus(status);
  if (const auto repeat = status.GetPayload(kRepeatPayload)) {
    result.set_message(absl::StrCat(result.message(), " (", std::string(*repeat), ")"));
  }
  return result;
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
  absl::Status result = status;
  result.SetPayload(kRepeatPayload, absl::Cord(hint));
  return result;
}

absl::Status WithConnectionWords(const absl::Status& status, const ClientOptions& options) {
  if (!absl::IsUnavailable(status) || !DetailsOf(status).reason.empty()) return status;
  const std::string words = ConnectionWords(std::string(status.message()), options);
  if (words.empty()) return status;
  absl::Status result = absl::UnavailableError(words);
  status.ForEachPayload(
      [&](absl::string_view type, const absl::Cord& payload) { result.SetPayload(type, payload); });
  result.SetPayload(kConnectionPayload, absl::Cord("1"));
  return result;
}

std::string ErrorText(const absl::Status& status) {
  return Sanitize(TextOf(std::string(status.message()), status, DetailsOf(status)));
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
    err << ToJson(WithKnownDetails(ForPrograms(status))).value_or("{}") << std::endl;
    return;
  }
  err << "chatter: " << Words(status) << std::endl;
}

}  // namespace chatter::client::cli
