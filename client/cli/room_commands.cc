#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/cli/commands.h"
#include "client/cli/output.h"
#include "client/cli/terminal_text.h"

namespace chatter::client::cli {
namespace {

constexpr size_t kMaxMembersWidth = 30;
constexpr size_t kMaxMessageWidth = 40;

std::string Shorten(const std::string& text, size_t width) {
  std::string shown = Sanitize(text);
  if (DisplayWidth(shown) <= width) return shown;
  return absl::StrCat(std::string(PrefixThatFits(shown, width - 1)), "…");
}

std::string Members(const v1::Room& room) {
  std::string members = absl::StrJoin(room.user_ids(), ", ");
  const int more = room.member_count() - room.user_ids_size();
  if (more > 0) absl::StrAppend(&members, " and ", more, " more");
  return members;
}

std::string LastMessage(const v1::Room& room) {
  if (!room.has_last_message()) return "";
  return absl::StrCat(room.last_message().sender_id(), ": ", room.last_message().text());
}

void PrintRooms(const Context& context, const std::vector<v1::Room>& rooms) {
  Table table({"ROOM", "MEMBERS", "LAST ACTIVITY", "LAST MESSAGE"});
  for (const v1::Room& room : rooms) {
    table.AddRow({room.id(), Shorten(Members(room), kMaxMembersWidth),
                  FormatTime(room.last_event_at()), Shorten(LastMessage(room), kMaxMessageWidth)});
  }
  table.Print(context.out());
}

absl::Status CreateRoom(const Context& context, const std::vector<std::string>& user_ids) {
  auto client = context.UserClient();
  if (!client.ok()) return client.status();
  v1::CreateRoomRequest request;
  request.mutable_user_ids()->Assign(user_ids.begin(), user_ids.end());
  const auto response = (*client)->CreateRoom(request);
  if (!response.ok()) return response.status();
  return context.Show(*response, [&] { context.out() << Sanitize(response->room().id()) << "\n"; });
}

absl::Status GetRoom(const Context& context, const v1::GetRoomRequest& request) {
  auto client = context.UserClient();
  if (!client.ok()) return client.status();
  const auto response = (*client)->GetRoom(request);
  if (!response.ok()) return response.status();
  return context.Show(*response, [&] { PrintRooms(context, {response->room()}); });
}

absl::Status ListRooms(const Context& context) {
  auto client = context.UserClient();
  if (!client.ok()) return client.status();
  v1::ListRoomsRequest request;
  request.set_page_size(100);
  v1::ListRoomsResponse all;
  do {
    auto page = (*client)->ListRooms(request);
    if (!page.ok()) return page.status();
    request.set_page_token(page->next_page_token());
    all.MergeFrom(*page);
    all.set_next_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  return context.Show(all, [&] { PrintRooms(context, {all.rooms().begin(), all.rooms().end()}); });
}

}  // namespace

void AddRoomCommands(CLI::App& program, Command& command) {
  CLI::App* room = program.add_subcommand("room", "Rooms");
  room->require_subcommand(1);

  CLI::App* create = room->add_subcommand(
      "create", "Make the room of exactly these users, or find it; prints its id");
  auto user_ids = std::make_shared<std::vector<std::string>>();
  create->add_option("USER", *user_ids, "The members' ids, your own among them")->required();
  create->footer("Examples:\n  ROOM=$(chatter room create alice bob)");
  create->callback([&command, user_ids] {
    command = [user_ids](const Context& context) { return CreateRoom(context, *user_ids); };
  });

  CLI::App* get = room->add_subcommand("get", "Show one room");
  auto request = std::make_shared<v1::GetRoomRequest>();
  get->add_option("ROOM", *request->mutable_room_id(), "The room's id")->required();
  get->footer("Examples:\n  chatter room get $ROOM --json");
  get->callback([&command, request] {
    command = [request](const Context& context) { return GetRoom(context, *request); };
  });

  CLI::App* list = room->add_subcommand("list", "Show your rooms, the liveliest first");
  list->footer("Examples:\n  chatter room list");
  list->callback([&command] { command = ListRooms; });
}

}  // namespace chatter::client::cli
