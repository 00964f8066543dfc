#include <CLI/CLI.hpp>
#include <memory>

#include "client/cli/commands.h"
#include "client/cli/output.h"
#include "client/cli/place_options.h"

namespace chatter::client::cli {
namespace {

absl::Status ListEdits(const Context& context, const v1::ListEditsRequest& request) {
  auto client = context.UserClient();
  if (!client.ok()) return client.status();
  const auto response = (*client)->ListEdits(request);
  if (!response.ok()) return response.status();
  return context.Show(*response, [&] {
    for (const v1::MessageEdit& edit : response->edits()) {
      context.out() << FormatEdit(edit) << "\n";
    }
  });
}

}  // namespace

void AddEditsCommand(CLI::App& program, Command& command) {
  CLI::App* edits = program.add_subcommand("edits", "Show the texts that a message has had");
  auto request = std::make_shared<v1::ListEditsRequest>();
  AddPlaceOptions(*edits, *request);
  edits->footer("Examples:\n  chatter edits $ROOM 4711");
  edits->callback([&command, request] {
    command = [request](const Context& context) { return ListEdits(context, *request); };
  });
}

}  // namespace chatter::client::cli
