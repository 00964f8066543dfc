#include <CLI/CLI.hpp>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "client/base/proto_time.h"
#include "client/base/uuid.h"
#include "client/cli/calls.h"
#include "client/cli/commands.h"
#include "client/cli/name_option.h"
#include "client/cli/output.h"
#include "client/cli/repeatable_option.h"
#include "client/cli/report.h"
#include "client/cli/room_options.h"
#include "client/cli/terminal_text.h"

namespace chatter::client::cli {
namespace {

// With these, all but the last column fits into 106.
constexpr size_t kMaxNameWidth = 20;
constexpr size_t kMaxTextWidth = 30;
constexpr int kMaxUnread = 999;

struct CreateArguments {
  v1::CreateRoomRequest request;
  std::vector<std::string> user_ids;
  std::vector<std::string> owner_ids;
};

// What it is, and what its member has chosen.
std::string KindOf(const v1::Room& room) {
  const v1::RoomPreferences& chosen = room.preferences();
  const bool muted = chosen.has_muted_until() && ToAbslTime(chosen.muted_until()) > absl::Now();
  return absl::StrCat(NameOf(room.kind()), room.has_archived_at() ? ", archived" : "",
                      chosen.pinned() ? ", pinned" : "", chosen.hidden() ? ", hidden" : "",
                      muted ? ", muted" : "");
}

std::string LastMessage(const v1::Room& room) {
  if (!room.has_last_message()) return "";
  return MessageText(room.last_message());
}

// The server counts no further than that.
std::string Unread(const v1::Room& room) {
  return absl::StrCat(room.unread_count(), room.unread_count() >= kMaxUnread ? "+" : "");
}

void PrintRooms(const Context& context, const std::vector<v1::Room>& rooms) {
  Table table({"ROOM", "NAME", "KIND", "MEMBERS", "UNREAD", "LAST ACTIVITY", "LAST MESSAGE"});
  for (const v1::Room& room : rooms) {
    table.AddRow({room.id(), Shorten(room.display_name(), kMaxNameWidth), KindOf(room),
                  absl::StrCat(room.member_count()), Unread(room), FormatTime(room.last_event_at()),
                  Shorten(LastMessage(room), kMaxTextWidth)});
  }
  table.Print(context.out());
}

void PrintPublicRooms(const Context& context, const v1::BrowseRoomsResponse& response) {
  Table table({"ROOM", "NAME", "MEMBERS", "YOUR ROLE", "TOPIC"});
  for (const v1::Room& room : response.rooms()) {
    const bool is_in = room.role() != v1::MEMBER_ROLE_UNSPECIFIED;
    table.AddRow({room.id(), Shorten(room.display_name(), kMaxNameWidth),
                  absl::StrCat(room.member_count()), is_in ? NameOf(room.role()) : "-",
                  Shorten(room.profile().topic(), kMaxTextWidth)});
  }
  table.Print(context.out());
}

absl::Status CreateRoom(const Context& context, const CreateArguments& arguments) {
  v1::CreateRoomRequest request = arguments.request;
  request.mutable_user_ids()->Assign(arguments.user_ids.begin(), arguments.user_ids.end());
  request.mutable_owner_ids()->Assign(arguments.owner_ids.begin(), arguments.owner_ids.end());
  const bool may_be_made_twice = request.kind() != v1::ROOM_KIND_UNSPECIFIED;
  if (may_be_made_twice && request.request_id().empty()) request.set_request_id(MakeUuid());
  auto client = context.UserClient();
  if (!client.ok()) return client.status();
  const auto response = (*client)->CreateRoom(request);
  if (!response.ok() && may_be_made_twice) {
    return WithRepeatHint(response.status(),
                          absl::StrCat("the room may have been made; to be sure, repeat this with "
                                       "--request-id ",
                                       request.request_id()));
  }
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

absl::Status ListRooms(const Context& context, v1::ListRoomsRequest request) {
  auto client = context.UserClient();
  if (!client.ok()) return client.status();
  request.set_page_size(100);
  const auto all = ListAll(**client, request, &Client::ListRooms);
  if (!all.ok()) return all.status();
  return context.Show(*all, [&] {
    PrintRooms(context, {all->rooms().begin(), all->rooms().end()});
  });
}

absl::Status BrowseRooms(const Context& context, v1::BrowseRoomsRequest request) {
  auto client = context.UserClient();
  if (!client.ok()) return client.status();
  request.set_page_size(100);
  const auto all = ListAll(**client, request, &Client::BrowseRooms);
  if (!all.ok()) return all.status();
  return context.Show(*all, [&] { PrintPublicRooms(context, *all); });
}

absl::Status UpdateRoom(const Context& context, const v1::UpdateRoomRequest& request) {
  if (request.update_mask().paths().empty()) {
    return UsageError("give at least one of the options that 'chatter room update --help' shows");
  }
  return CallAsUser(context, request, &Client::UpdateRoom, "updated");
}

void AddCreate(CLI::App& room, Command& command) {
  CLI::App* create = room.add_subcommand("create", "Make a room, or find it; prints its id");
  auto arguments = std::make_shared<CreateArguments>();
  v1::CreateRoomRequest& request = arguments->request;
  create->add_option("USER", arguments->user_ids, "The members' ids, your own among them")
      ->required();
  CLI::Option* group =
      create->add_flag("--group")->description("Open to whom its members add, or else take in");
  CLI::Option* open =
      create->add_flag("--public")->description("Open to everybody of the tenant; needs a --name");
  open->excludes(group);
  Repeatable(create->add_option("--owner", arguments->owner_ids,
                                "Who of the users owns it; repeatable (default: you)"));
  AddProfileOptions(*create, *request.mutable_profile());
  create->add_option("--request-id", *request.mutable_request_id(),
                     "Made again with the same id, it is one group or public room");
  create->footer(
      "Without --group and --public it is the one room of exactly these users.\n"
      "Examples:\n"
      "  ROOM=$(chatter room create alice bob)\n"
      "  chatter room create alice bob carol --group --name Release --owner alice --owner bob\n"
      "  chatter room create alice --public --name Lobby --attribute color=green");
  create->callback([&command, arguments, group, open] {
    if (group->count() > 0) arguments->request.set_kind(v1::ROOM_KIND_GROUP);
    if (open->count() > 0) arguments->request.set_kind(v1::ROOM_KIND_PUBLIC);
    command = [arguments](const Context& context) { return CreateRoom(context, *arguments); };
  });
}

void AddUpdate(CLI::App& room, Command& command) {
  CLI::App* update = room.add_subcommand("update", "Change a room");
  auto request = std::make_shared<v1::UpdateRoomRequest>();
  update->add_option("ROOM", *request->mutable_room_id(), "The room's id")->required();
  RoomOptions options = AddProfileOptions(*update, *request->mutable_profile());
  options.emplace_back(
      AddNameOption<v1::RoomKind>(
          *update, "--kind", std::span(kKinds).subspan(1),
          [request = request.get()](v1::RoomKind kind) { request->set_kind(kind); },
          "Who may come in: whom members add, or everybody"),
      "kind");
  CLI::Option* none = update->add_flag("--no-attributes")->description("It has no attributes");
  options.emplace_back(none->excludes("--attribute"), "profile.attributes");
  update->footer(
      "What isn't given stays, but the attributes that are given are all that the room has then.\n"
      "Examples:\n"
      "  chatter room update $ROOM --name 'Release 7' --topic ''\n"
      "  chatter room update $ROOM --kind public --history since-joined");
  update->callback([&command, request, options] {
    for (const auto& [option, path] : options) {
      if (option->count() > 0) request->mutable_update_mask()->add_paths(path);
    }
    command = [request](const Context& context) { return UpdateRoom(context, *request); };
  });
}

// Of those that only need to know which room.
struct Action {
  const char* name;
  const char* description;
  const char* done;
};

template <typename Request, typename Response>
void AddAction(CLI::App& room, Command& command, const Action& action,
               Method<Request, Response> method) {
  CLI::App* app = room.add_subcommand(action.name, action.description);
  auto request = std::make_shared<Request>();
  app->add_option("ROOM", *request->mutable_room_id(), "The room's id")->required();
  app->footer(absl::StrCat("Examples:\n  chatter room ", action.name, " $ROOM"));
  app->callback([&command, request, method, done = action.done] {
    command = [request, method, done](const Context& context) {
      return CallAsUser(context, *request, method, done);
    };
  });
}

void AddFieldsOption(CLI::App& app, google::protobuf::FieldMask& mask) {
  CLI::Option* fields = app.add_option_function<std::vector<std::string>>(
      "--fields",
      [&mask](const std::vector<std::string>& names) {
        mask.mutable_paths()->Assign(names.begin(), names.end());
      },
      "Ask for these fields of a room only, by their names in --json; the others stay empty");
  Repeatable(fields)->delimiter(',');
}

void AddGet(CLI::App& room, Command& command) {
  CLI::App* get = room.add_subcommand("get", "Show one room");
  auto request = std::make_shared<v1::GetRoomRequest>();
  get->add_option("ROOM", *request->mutable_room_id(), "The room's id")->required();
  AddFieldsOption(*get, *request->mutable_read_mask());
  get->footer(
      "Examples:\n"
      "  chatter room get $ROOM --json\n"
      "  chatter room get $ROOM --json --fields display_name,unread_count");
  get->callback([&command, request] {
    command = [request](const Context& context) { return GetRoom(context, *request); };
  });
}

void AddRoomList(CLI::App& room, Command& command) {
  CLI::App* list = room.add_subcommand("list", "Show your rooms, the liveliest first");
  auto request = std::make_shared<v1::ListRoomsRequest>();
  list->add_flag_function(
      "--all", [request](int64_t) { request->set_include_hidden(true); }, "The hidden ones, too");
  list->add_flag_function(
      "--pinned", [request](int64_t) { request->set_pinned_only(true); }, "Only the pinned ones");
  AddFieldsOption(*list, *request->mutable_read_mask());
  list->footer(
      "Examples:\n"
      "  chatter room list --all\n"
      "  chatter room list --json --fields id,display_name,last_message");
  list->callback([&command, request] {
    command = [request](const Context& context) { return ListRooms(context, *request); };
  });
}

void AddBrowse(CLI::App& room, Command& command) {
  CLI::App* browse = room.add_subcommand("browse", "Show the public rooms, by name");
  auto request = std::make_shared<v1::BrowseRoomsRequest>();
  browse->add_option("--prefix", *request->mutable_name_prefix(),
                     "Only those whose name begins with this, whatever the case");
  browse->add_option("--query", *request->mutable_query(),
                     "Only those whose name or topic holds this, whatever the case");
  browse->footer(
      "Examples:\n"
      "  chatter room browse --prefix lob\n"
      "  chatter room browse --query coffee");
  browse->callback([&command, request] {
    command = [request](const Context& context) { return BrowseRooms(context, *request); };
  });
}

}  // namespace

void AddRoomCommands(CLI::App& program, Command& command) {
  CLI::App* room = program.add_subcommand("room", "Rooms");
  room->require_subcommand(1);
  AddCreate(*room, command);
  AddUpdate(*room, command);
  AddGet(*room, command);
  AddRoomList(*room, command);

  AddBrowse(*room, command);
  AddAction(*room, command, {"join", "Come into a public room", "joined"}, &Client::JoinRoom);
  AddAction(*room, command, {"leave", "Go out of a room", "left"}, &Client::LeaveRoom);
  AddAction(*room, command, {"archive", "Close a room: it can only be read and left", "archived"},
            &Client::ArchiveRoom);
  AddAction(*room, command, {"unarchive", "Open an archived room again", "unarchived"},
            &Client::UnarchiveRoom);
  AddAction(*room, command, {"delete", "Delete a room with all its messages, for good", "deleted"},
            &Client::DeleteRoom);
  AddRoomPreferenceCommands(*room, command);
}

}  // namespace chatter::client::cli
