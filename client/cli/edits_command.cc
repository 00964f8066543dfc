#include <CLI/CLI.hpp>
#include <memory>

#include "client/cli/calls.h"
#include "client/cli/commands.h"
#include "client/cli/output.h"
#include "client/cli/place_options.h"

namespace chatter::client::cli {
namespace {

absl::Status ListEdits(const Context& context, v1::ListEditsRequest request) {
  auto client = context.UserClient();
  if (!client.ok()) return client.status();
  request.set_page_size(100);
  const auto all = ListAll(**client, request, &Client::ListEdits);
  if (!all.ok()) return all.status();
  return context.Show(*all, [&] {
    for (const v1::MessageEdit& edit : all->edits()) {
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
