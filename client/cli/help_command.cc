#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/cli/commands.h"
#include "client/cli/report.h"
#include "client/cli/usage_errors.h"

namespace chatter::client::cli {
namespace {

absl::Status ShowHelp(const Context& context, const CLI::App& program,
                      const std::vector<std::string>& names) {
  const CLI::App* shown = &program;
  std::string before;
  for (const std::string& name : names) {
    const CLI::App* next = FindCommand(*shown, name);
    if (next == nullptr) return UsageError(NoSuchCommand(*shown, name));
    absl::StrAppend(&before, before.empty() ? "" : " ", shown->get_name());
    shown = next;
  }
  context.out() << shown->help(before) << std::flush;
  return absl::OkStatus();
}

}  // namespace

void AddHelpCommand(CLI::App& program, Command& command) {
  CLI::App* help = program.add_subcommand("help", "Show what the commands are, or one's own help");
  auto names = std::make_shared<std::vector<std::string>>();
  help->add_option("COMMAND", *names, "The command, say room list");
  help->footer("Examples:\n  chatter help room\n  chatter help room list");
  help->callback([&program, &command, names] {
    command = [&program, names](const Context& context) {
      program.clear();  // else the help of `help` is shown: the command that was given
      return ShowHelp(context, program, *names);
    };
  });
}

}  // namespace chatter::client::cli
