#include "client/cli/program.h"

#include <CLI/CLI.hpp>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "chatter/client/errors.h"
#include "client/cli/commands.h"
#include "client/cli/report.h"
#include "client/cli/settings.h"
#include "client/cli/usage_errors.h"

namespace chatter::client::cli {
namespace {

constexpr char kExamples[] =
    "Examples:\n"
    "  chatter tenant create demo --admin-key-file admin.key\n"
    "  chatter user add alice --tenant demo --admin-key-file admin.key\n"
    "  export CHATTER_TENANT=demo\n"
    "  export CHATTER_TOKEN=$(chatter session create alice --admin-key-file admin.key)\n"
    "  chatter chat $(chatter room create alice bob)\n"
    "'chatter COMMAND --help' has more.\n\n";

// CLI11 lists whole option groups for every subcommand; these few words do.
constexpr char kSettingsHelp[] =
    "\nThe settings of 'chatter --help' (--tenant, --token, --json ...) may be given here, too.\n";

void AddCommands(CLI::App& program, Command& command) {
  AddChatCommand(program, command);
  AddMessageCommands(program, command);
  AddTailCommand(program, command);
  AddEditsCommand(program, command);
  AddReactionCommands(program, command);
  AddPinCommands(program, command);
  AddSearchCommand(program, command);
  AddReadCommands(program, command);
  AddThreadCommands(program, command);
  AddPreferenceCommands(program, command);
  AddPresenceCommand(program, command);
  AddRoomCommands(program, command);
  AddMemberCommands(program, command);
  AddUserCommands(program, command);
  AddSessionCommands(program, command);
  AddTenantCommands(program, command);
  AddSettingsCommands(program, command);
  AddServiceCommands(program, command);
  AddIssuerCommands(program, command);
  AddHealthCommand(program, command);
  AddHelpCommand(program, command);
}

void CompleteFooters(CLI::App& app) {
  for (CLI::App* command : app.get_subcommands({})) {
    CompleteFooters(*command);
    command->footer(absl::StrCat(command->get_footer(), "\n", kSettingsHelp, "\n", kExitCodesHelp));
  }
}

// Whether errors are to be told as JSON although parsing didn't get as far as to know.
bool AsksForJson(int argc, const char* const* argv) {
  for (int i = 1; i < argc; ++i) {
    if (std::string_view(argv[i]) == "--json") return true;
  }
  return false;
}

// What was made and shown once, as a token, may be lost where it can't be written.
absl::Status CheckWritten(std::ostream& out) {
  out.flush();
  return out.good() ? absl::OkStatus() : absl::InternalError("can't write to standard output");
}

// What there is to say where no command is run: the help that is asked for, or a mistake.
int EndWithoutCommand(const CLI::App& program, const CLI::ParseError& error, bool json,
                      std::ostream& out, std::ostream& err) {
  const bool is_asked_for = error.get_exit_code() == static_cast<int>(CLI::ExitCodes::Success);
  const bool is_version = error.get_name() == "CallForVersion";
  if (is_asked_for && (is_version || !NamesNoCommand(program))) {
    const int code = program.exit(error, out, err);
    const absl::Status written = CheckWritten(out);
    if (!written.ok()) ReportError(written, json, err);
    return written.ok() ? code : ExitCode(written);
  }
  if (LacksCommand(program, error) && !json) {
    err << program.help() << std::flush;
  } else {
    ReportError(UsageError(ExplainUsage(program, error)), json, err);
  }
  return kExitUsage;
}

// Tokens and, by the administrator's key, users are looked for in the call's tenant: where none is
// given, that is what is wrong.
absl::Status WithForgottenTenant(const absl::Status& status, const ClientOptions& options) {
  const std::string reason = DetailsOf(status).reason;
  // A command's own argument may be a tenant that there is not: then the text is another one.
  const bool is_calls_tenant =
      reason == "TENANT_NOT_FOUND" && absl::StrContains(status.message(), "x-chatter-tenant");
  const bool may_be_for_it = reason == "CREDENTIAL_INVALID" || is_calls_tenant;
  if (!options.tenant.empty() || !may_be_for_it) return status;
  google::rpc::Status told = ToRpcStatus(status);
  told.set_message("no tenant is given: give --tenant or CHATTER_TENANT");
  return ToAbslStatus(told);
}

}  // namespace

int RunProgram(int argc, const char* const* argv, std::ostream& out, std::ostream& err) {
  Settings settings;
  Command command;
  CLI::App program("Chatter's command line: talk, and administer.", "chatter");
  program.fallthrough();  // settings may follow the command
  program.require_subcommand(1);
  program.set_version_flag("--version", "chatter " CHATTER_VERSION);
  program.footer(absl::StrCat(kExamples, kExitCodesHelp));
  AddSettings(program, settings);
  AddCommands(program, command);
  CompleteFooters(program);
  try {
    program.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return EndWithoutCommand(program, error, AsksForJson(argc, argv), out, err);
  }
  const Context context(settings, out, err);
  absl::Status status =
      WithForgottenTenant(WithConnectionWords(command(context), settings.client), settings.client);
  if (status.ok()) status = CheckWritten(out);
  if (!status.ok()) ReportError(status, settings.json, err);
  return ExitCode(status);
}

}  // namespace chatter::client::cli
