#include <CLI/CLI.hpp>
#include <memory>

#include "client/cli/calls.h"
#include "client/cli/commands.h"
#include "client/cli/output.h"
#include "client/cli/place_options.h"

namespace chatter::client::cli {
namespace {

struct ReactArguments {
  v1::AddReactionRequest request;
  bool remove = false;
};

absl::Status React(const Context& context, const ReactArguments& arguments) {
  const v1::AddReactionRequest& add = arguments.request;
  if (!arguments.remove) return CallAsUser(context, add, &Client::AddReaction, "reacted");
  v1::RemoveReactionRequest remove;
  remove.set_room_id(add.room_id());
  remove.set_seq(add.seq());
  remove.set_reaction(add.reaction());
  return CallAsUser(context, remove, &Client::RemoveReaction, "taken back");
}

absl::Status ListReactions(const Context& context, v1::ListReactionsRequest request) {
  auto client = context.UserClient();
  if (!client.ok()) return client.status();
  request.set_page_size(1'000);
  const auto all = ListAll(**client, request, &Client::ListReactions);
  if (!all.ok()) return all.status();
  return context.Show(*all, [&] {
    Table table({"REACTION", "USER"});
    for (const v1::Reaction& reaction : all->reactions()) {
      table.AddRow({reaction.reaction(), reaction.user_id()});
    }
    table.Print(context.out());
  });
}

void AddReact(CLI::App& program, Command& command) {
  CLI::App* react = program.add_subcommand("react", "React to a message");
  auto arguments = std::make_shared<ReactArguments>();
  AddPlaceOptions(*react, arguments->request);
  react
      ->add_option("REACTION", *arguments->request.mutable_reaction(),
                   "An emoji, or a name that your application knows")
      ->required();
  react->add_flag("--remove", arguments->remove, "Take it back");
  react->footer(
      "Examples:\n"
      "  chatter react $ROOM 4711 👍\n"
      "  chatter react $ROOM 4711 👍 --remove");
  react->callback([&command, arguments] {
    command = [arguments](const Context& context) { return React(context, *arguments); };
  });
}

}  // namespace

void AddReactionCommands(CLI::App& program, Command& command) {
  AddReact(program, command);

  CLI::App* list =
      program.add_subcommand("reactions", "Show who has reacted to a message, and how");
  auto request = std::make_shared<v1::ListReactionsRequest>();
  AddPlaceOptions(*list, *request);
  list->footer("Examples:\n  chatter reactions $ROOM 4711");
  list->callback([&command, request] {
    command = [request](const Context& context) { return ListReactions(context, *request); };
  });
}

}  // namespace chatter::client::cli
