#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "chatter/client/chat_stream.h"
#include "client/cli/chat_modes.h"
#include "client/cli/commands.h"
#include "client/cli/mailbox.h"
#include "client/cli/report.h"
#include "client/cli/terminal.h"

namespace chatter::client::cli {
namespace {

// Who the token belongs to: only a stream's `opened` tells.
absl::StatusOr<std::string> OwnUserId(const Context& context) {
  auto client_options = context.UserOptions();
  if (!client_options.ok()) return client_options.status();
  ChatStreamOptions options;
  options.client = *std::move(client_options);

  Mailbox mailbox;
  std::string user_id;
  absl::Status failure;
  ChatCallbacks callbacks;
  callbacks.opened = [&](const v1::Opened& opened) {
    mailbox.Post([&, id = opened.user_id()] { user_id = id; });
  };
  const auto fail = [&](const absl::Status& status) {
    mailbox.Post([&, status] { failure = status; });
  };
  callbacks.disconnected = [&](const absl::Status& status, absl::Duration) { fail(status); };
  callbacks.ended = fail;
  const auto stream = ChatStream::Create(options, std::move(callbacks));
  if (!stream.ok()) return UsageError(std::string(stream.status().message()));
  while (user_id.empty() && failure.ok()) mailbox.WaitAndRun();
  mailbox.Stop();
  if (user_id.empty()) return failure;
  return user_id;
}

// The most recent room; where there is none, one with oneself.
absl::StatusOr<v1::Room> DefaultRoom(const Context& context, Client& client) {
  v1::ListRoomsRequest list;
  list.set_page_size(1);
  auto rooms = client.ListRooms(list);
  if (!rooms.ok()) return rooms.status();
  if (!rooms->rooms().empty()) return rooms->rooms(0);

  auto user_id = OwnUserId(context);
  if (!user_id.ok()) return user_id.status();
  v1::CreateRoomRequest create;
  create.add_user_ids(*user_id);
  auto created = client.CreateRoom(create);
  if (!created.ok()) return created.status();
  return created->room();
}

absl::StatusOr<v1::Room> FindRoom(const Context& context, const std::string& room_id) {
  auto client = context.UserClient();
  if (!client.ok()) return client.status();
  if (room_id.empty()) return DefaultRoom(context, **client);
  v1::GetRoomRequest request;
  request.set_room_id(room_id);
  auto response = (*client)->GetRoom(request);
  if (!response.ok()) return response.status();
  return response->room();
}

absl::Status Chat(const Context& context, const std::string& room_id) {
  const auto room = FindRoom(context, room_id);
  if (!room.ok()) return room.status();
  if (OnTerminal() && !context.json()) return RunInteractiveChat(context, *room);
  return RunPipedChat(context, *room);
}

}  // namespace

void AddChatCommand(CLI::App& program, Command& command) {
  CLI::App* chat = program.add_subcommand("chat", "Talk in a room");
  auto room_id = std::make_shared<std::string>();
  chat->add_option("ROOM", *room_id, "The room's id; default: the liveliest of your rooms");
  chat->footer(
      "On a terminal, Enter sends, and Alt-Enter begins another line of the message; what is\n"
      "pasted is one message, however many lines it has. Up and Down bring back what was typed,\n"
      "PageUp shows older messages, Ctrl-U empties the line, Ctrl-Z stops until 'fg'. Ctrl-D or\n"
      "Ctrl-C leaves as soon as all is stored, a second one at once. Without a terminal, each "
      "line\n"
      "of standard input is sent, and the end of input leaves once all are stored.\n\n"
      "Examples:\n"
      "  chatter chat\n"
      "  chatter chat $(chatter room create alice bob)\n"
      "  make 2>&1 | chatter chat $ROOM");
  chat->callback([&command, room_id] {
    command = [room_id](const Context& context) { return Chat(context, *room_id); };
  });
}

}  // namespace chatter::client::cli
