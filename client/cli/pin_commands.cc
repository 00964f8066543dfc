#include <CLI/CLI.hpp>
#include <memory>

#include "client/cli/calls.h"
#include "client/cli/commands.h"
#include "client/cli/output.h"
#include "client/cli/place_options.h"

namespace chatter::client::cli {
namespace {

struct PinArguments {
  v1::PinMessageRequest request;
  bool remove = false;
};

absl::Status Pin(const Context& context, const PinArguments& arguments) {
  const v1::PinMessageRequest& pin = arguments.request;
  if (!arguments.remove) return CallAsUser(context, pin, &Client::PinMessage, "pinned");
  v1::UnpinMessageRequest unpin;
  unpin.set_room_id(pin.room_id());
  unpin.set_seq(pin.seq());
  return CallAsUser(context, unpin, &Client::UnpinMessage, "unpinned");
}

absl::Status ListPins(const Context& context, v1::ListPinnedMessagesRequest request) {
  auto client = context.UserClient();
  if (!client.ok()) return client.status();
  request.set_page_size(100);
  const auto all = ListAll(**client, request, &Client::ListPinnedMessages);
  if (!all.ok()) return all.status();
  return context.Show(*all, [&] { PrintMessages(all->messages(), context.out()); });
}

void AddPin(CLI::App& program, Command& command) {
  CLI::App* pin = program.add_subcommand("pin", "Pin a message, for all in the room");
  auto arguments = std::make_shared<PinArguments>();
  AddPlaceOptions(*pin, arguments->request);
  pin->add_flag("--remove", arguments->remove, "Take the pin off again");
  pin->footer("Examples:\n  chatter pin $ROOM 4711\n  chatter pin $ROOM 4711 --remove");
  pin->callback([&command, arguments] {
    command = [arguments](const Context& context) { return Pin(context, *arguments); };
  });
}

}  // namespace

void AddPinCommands(CLI::App& program, Command& command) {
  AddPin(program, command);

  CLI::App* list =
      program.add_subcommand("pins", "Show the pinned messages of a room, the latest first");
  auto request = std::make_shared<v1::ListPinnedMessagesRequest>();
  list->add_option("ROOM", *request->mutable_room_id(), "The room's id")->required();
  list->footer("Examples:\n  chatter pins $ROOM");
  list->callback([&command, request] {
    command = [request](const Context& context) { return ListPins(context, *request); };
  });
}

}  // namespace chatter::client::cli
