// How a command's failure is told: exit code and words.
#ifndef CHATTER_CLIENT_CLI_REPORT_H_
#define CHATTER_CLIENT_CLI_REPORT_H_

#include <ostream>
#include <string>

#include "absl/status/status.h"
#include "chatter/client/options.h"

namespace chatter::client::cli {

inline constexpr int kExitOk = 0;
inline constexpr int kExitInternal = 1;  // a defect, or something unheard of
inline constexpr int kExitUsage = 2;     // the command line, the environment or the file
inline constexpr int kExitNotFound = 3;  // no such tenant, user, room or session
inline constexpr int kExitDenied = 4;    // unauthenticated or not allowed
inline constexpr int kExitUnavailable =
    5;  // no answer, none in time, or others were quicker: try again
inline constexpr int kExitRefused = 6;  // the request can't be fulfilled as it is

// What --help says about the above.
inline constexpr char kExitCodesHelp[] =
    "Exit codes: 0 done, 1 internal or unknown error, 2 usage, 3 not found,\n"
    "4 unauthenticated or permission denied, 5 unavailable, too late or aborted (try again),\n"
    "6 refused (invalid argument, already exists, failed precondition, resource exhausted).";

// A mistake in how the program was called.
absl::Status UsageError(const std::string& message);

// Says how to repeat a call whose fate is open, so that nothing is done twice.
absl::Status WithRepeatHint(const absl::Status& status, const std::string& hint);

// Adds to the error of a failed connection what it means for --tls and --tls-ca, as far as gRPC's
// text tells. Leaves other errors as they are. `options`: those of the call.
absl::Status WithConnectionWords(const absl::Status& status, const ClientOptions& options);

// What has happened, in one line and without advice: for programs that go on. REQUIRES:
// !status.ok().
std::string ErrorText(const absl::Status& status);

int ExitCode(const absl::Status& status);

// One JSON object (a google.rpc.Status). For people: a line that says what has happened and what to
// do about it, and a line for each wrong field of the request. REQUIRES: !status.ok().
void ReportError(const absl::Status& status, bool json, std::ostream& err);

}  // namespace chatter::client::cli

#endif  // CHATTER_CLIENT_CLI_REPORT_H_
