#include <CLI/CLI.hpp>
#include <limits>
#include <memory>

#include "absl/strings/str_cat.h"
#include "client/cli/commands.h"
#include "client/cli/sequence_number.h"

namespace chatter::client::cli {
namespace {

// Beyond any room's head, and so as good as the head.
constexpr uint64_t kAllOfIt = std::numeric_limits<int64_t>::max();

absl::Status MarkRead(const Context& context, const v1::MarkReadRequest& request) {
  auto client = context.UserClient();
  if (!client.ok()) return client.status();
  const auto response = (*client)->MarkRead(request);
  if (!response.ok()) return response.status();
  return context.Show(*response, [&] { context.out() << response->read_seq() << "\n"; });
}

absl::Status MarkUnread(const Context& context, const v1::MarkUnreadRequest& request) {
  auto client = context.UserClient();
  if (!client.ok()) return client.status();
  const auto response = (*client)->MarkUnread(request);
  if (!response.ok()) return response.status();
  return context.Show(*response, [&] { context.out() << response->read_seq() << "\n"; });
}

absl::Status CountUnread(const Context& context) {
  auto client = context.UserClient();
  if (!client.ok()) return client.status();
  const auto response = (*client)->CountUnread({});
  if (!response.ok()) return response.status();
  return context.Show(*response, [&] {
    context.out() << "messages " << response->unread_messages() << ", rooms "
                  << response->unread_rooms() << ", mentions " << response->unread_mentions()
                  << "\n";
  });
}

void AddRead(CLI::App& program, Command& command) {
  CLI::App* read = program.add_subcommand(
      "read", "Say how far you have read; prints the last event that counts as read");
  auto request = std::make_shared<v1::MarkReadRequest>();
  request->set_seq(kAllOfIt);
  read->add_option("ROOM", *request->mutable_room_id(), "The room's id")->required();
  read->add_option_function<uint64_t>(
          "SEQ", [request = request.get()](uint64_t seq) { request->set_seq(seq); },
          "The last sequence number that you have read; default: all there is")
      ->check(SequenceNumber());
  read->add_flag_function(
      "--silent", [request = request.get()](int64_t) { request->set_silent(true); },
      "Others aren't told");
  read->footer(
      "A mark never moves back; 'chatter unread' does that.\n"
      "Examples:\n"
      "  chatter read $ROOM\n"
      "  chatter read $ROOM 4711 --silent");
  read->callback([&command, request] {
    command = [request](const Context& context) { return MarkRead(context, *request); };
  });
}

void AddUnread(CLI::App& program, Command& command) {
  CLI::App* unread = program.add_subcommand(
      "unread", "Count what is unread in your rooms, or make messages unread again");
  auto request = std::make_shared<v1::MarkUnreadRequest>();
  CLI::Option* room = unread->add_option("ROOM", *request->mutable_room_id(), "The room's id");
  CLI::Option* seq = unread->add_option_function<uint64_t>(
      "SEQ", [request = request.get()](uint64_t from) { request->set_seq(from); },
      "The first message that is to be unread; prints the last event that counts as read");
  seq->check(SequenceNumber());
  room->needs(seq);
  unread->footer(
      "Counts up to 999 messages in a room, as 'chatter room list' does.\n"
      "Examples:\n"
      "  chatter unread\n"
      "  chatter unread $ROOM 4711");
  unread->callback([&command, request, room] {
    if (room->count() == 0) {
      command = CountUnread;
      return;
    }
    command = [request](const Context& context) { return MarkUnread(context, *request); };
  });
}

}  // namespace

void AddReadCommands(CLI::App& program, Command& command) {
  AddRead(program, command);
  AddUnread(program, command);
}

}  // namespace chatter::client::cli
