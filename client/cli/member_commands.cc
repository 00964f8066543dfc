#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/cli/calls.h"
#include "client/cli/commands.h"
#include "client/cli/name_option.h"
#include "client/cli/output.h"
#include "client/cli/terminal_text.h"

namespace chatter::client::cli {
namespace {

using UserIds = google::protobuf::RepeatedPtrField<std::string>;

void PrintMembers(const Context& context, const v1::ListMembersResponse& response) {
  Table table({"USER", "NAME", "ROLE", "SINCE EVENT", "READ"});
  for (const v1::Member& member : response.members()) {
    table.AddRow({member.user_id(), member.display_name(), NameOf(member.role()),
                  absl::StrCat(member.joined_seq()), absl::StrCat(member.read_seq())});
  }
  table.Print(context.out());
}

void PrintEach(const Context& context, const char* what, const UserIds& user_ids) {
  for (const std::string& user_id : user_ids) {
    context.out() << what << " " << Sanitize(user_id) << "\n";
  }
}

absl::Status ListMembers(const Context& context, v1::ListMembersRequest request) {
  auto client = context.UserClient();
  if (!client.ok()) return client.status();
  request.set_page_size(1'000);
  const auto all = ListAll(**client, request, &Client::ListMembers);
  if (!all.ok()) return all.status();
  return context.Show(*all, [&] { PrintMembers(context, *all); });
}

absl::Status AddMembers(const Context& context, const v1::AddMembersRequest& request) {
  auto client = context.UserClient();
  if (!client.ok()) return client.status();
  const auto response = (*client)->AddMembers(request);
  if (!response.ok()) return response.status();
  return context.Show(*response, [&] { PrintEach(context, "added", response->added_user_ids()); });
}

absl::Status RemoveMembers(const Context& context, const v1::RemoveMembersRequest& request) {
  auto client = context.UserClient();
  if (!client.ok()) return client.status();
  const auto response = (*client)->RemoveMembers(request);
  if (!response.ok()) return response.status();
  return context.Show(*response,
                      [&] { PrintEach(context, "removed", response->removed_user_ids()); });
}

void AddList(CLI::App& member, Command& command) {
  CLI::App* list = member.add_subcommand("list", "Show the members of a room");
  auto request = std::make_shared<v1::ListMembersRequest>();
  list->add_option("ROOM", *request->mutable_room_id(), "The room's id")->required();
  list->footer("Examples:\n  chatter member list $ROOM");
  list->callback([&command, request] {
    command = [request](const Context& context) { return ListMembers(context, *request); };
  });
}

// ROOM and USER..., which go into the request.
template <typename Request>
void AddRoomAndUsers(CLI::App& app, Request& request) {
  app.add_option("ROOM", *request.mutable_room_id(), "The room's id")->required();
  app.add_option_function<std::vector<std::string>>(
         "USER",
         [&request](const std::vector<std::string>& user_ids) {
           request.mutable_user_ids()->Assign(user_ids.begin(), user_ids.end());
         },
         "The users' ids")
      ->required();
}

void AddAdd(CLI::App& member, Command& command) {
  CLI::App* add = member.add_subcommand("add", "Add users to a room; prints who is new");
  auto request = std::make_shared<v1::AddMembersRequest>();
  AddRoomAndUsers(*add, *request);
  AddNameOption<v1::MemberRole>(
      *add, "--role", kRoles,
      [request = request.get()](v1::MemberRole role) { request->set_role(role); },
      "What they may do (default: member)");
  add->add_flag_function(
      "--share-history", [request = request.get()](int64_t) { request->set_shares_history(true); },
      "Let them read what was said in a direct room before they came");
  add->footer(
      "Examples:\n"
      "  chatter member add $ROOM carol dave\n"
      "  chatter member add $ROOM auditor --role reader");
  add->callback([&command, request] {
    command = [request](const Context& context) { return AddMembers(context, *request); };
  });
}

void AddRemove(CLI::App& member, Command& command) {
  CLI::App* remove = member.add_subcommand("remove", "Take users out of a room; prints who went");
  auto request = std::make_shared<v1::RemoveMembersRequest>();
  AddRoomAndUsers(*remove, *request);
  remove->footer("Examples:\n  chatter member remove $ROOM dave");
  remove->callback([&command, request] {
    command = [request](const Context& context) { return RemoveMembers(context, *request); };
  });
}

// `text`: USER=ROLE. The last '=' counts: a user's id may have more.
v1::RoleAssignment ParseAssignment(const std::string& text) {
  const size_t end = text.rfind('=');
  const auto role = ValueOf<v1::MemberRole>(kRoles, end == std::string::npos
                                                        ? std::string_view()
                                                        : std::string_view(text).substr(end + 1));
  if (!role.has_value()) {
    throw CLI::ValidationError("USER=ROLE", absl::StrCat("'", text, "' ends with no role"));
  }
  v1::RoleAssignment assignment;
  assignment.set_user_id(text.substr(0, end));
  assignment.set_role(*role);
  return assignment;
}

void AddRole(CLI::App& member, Command& command) {
  CLI::App* role = member.add_subcommand("role", "Say what members may do: all or none is set");
  auto request = std::make_shared<v1::SetRolesRequest>();
  role->add_option("ROOM", *request->mutable_room_id(), "The room's id")->required();
  role->add_option_function<std::vector<std::string>>(
          "ROLES",
          [request = request.get()](const std::vector<std::string>& texts) {
            for (const std::string& text : texts) *request->add_roles() = ParseAssignment(text);
          },
          "Who is to be what: reader, member, moderator or owner")
      ->option_text("USER=ROLE ...")
      ->required();
  role->footer(
      "Examples:\n"
      "  chatter member role $ROOM bob=moderator carol=reader\n"
      "  chatter member role $ROOM bob=owner alice=member     # alice hands the room over");
  role->callback([&command, request] {
    command = [request](const Context& context) {
      return CallAsUser(context, *request, &Client::SetRoles, "set");
    };
  });
}

}  // namespace

void AddMemberCommands(CLI::App& program, Command& command) {
  CLI::App* member = program.add_subcommand("member", "Who is in a room, and what they may do");
  member->require_subcommand(1);
  AddList(*member, command);
  AddAdd(*member, command);
  AddRemove(*member, command);
  AddRole(*member, command);
}

}  // namespace chatter::client::cli
