#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <vector>

#include "client/cli/calls.h"
#include "client/cli/commands.h"
#include "client/cli/output.h"
#include "client/cli/terminal_text.h"

namespace chatter::client::cli {
namespace {

void PrintUsers(const Context& context, const std::vector<v1::User>& users) {
  Table table({"USER", "NAME", "SINCE"});
  for (const v1::User& user : users) {
    const std::string since = user.has_created_at() ? FormatTime(user.created_at()) : "";
    table.AddRow({user.id(), user.display_name(), user.deactivated() ? "deactivated" : since});
  }
  table.Print(context.out());
}

absl::Status AddUser(const Context& context, const v1::UpsertUsersRequest& request) {
  auto client = context.AdminClient();
  if (!client.ok()) return client.status();
  const auto response = (*client)->UpsertUsers(request);
  if (!response.ok()) return response.status();
  return context.Show(*response, [&] {
    for (const v1::User& user : response->users()) {
      context.out() << "stored user " << Sanitize(user.id()) << "\n";
    }
  });
}

absl::Status GetUser(const Context& context, const v1::GetUserRequest& request) {
  auto client = context.UserClient();
  if (!client.ok()) return client.status();
  const auto response = (*client)->GetUser(request);
  if (!response.ok()) return response.status();
  return context.Show(*response, [&] { PrintUsers(context, {response->user()}); });
}

absl::Status ListUsers(const Context& context, v1::ListUsersRequest request) {
  auto client = context.UserClient();
  if (!client.ok()) return client.status();
  request.set_page_size(500);
  const auto all = ListAll(**client, request, &Client::ListUsers);
  if (!all.ok()) return all.status();
  return context.Show(*all, [&] {
    PrintUsers(context, {all->users().begin(), all->users().end()});
  });
}

absl::Status DeactivateUser(const Context& context, const v1::DeactivateUserRequest& request) {
  auto client = context.AdminClient();
  if (!client.ok()) return client.status();
  const auto response = (*client)->DeactivateUser(request);
  if (!response.ok()) return response.status();
  return context.Show(*response, [&] {
    context.out() << "deactivated user " << Sanitize(response->user().id()) << "\n";
  });
}

absl::Status ReactivateUser(const Context& context, const v1::ReactivateUserRequest& request) {
  auto client = context.AdminClient();
  if (!client.ok()) return client.status();
  const auto response = (*client)->ReactivateUser(request);
  if (!response.ok()) return response.status();
  return context.Show(*response, [&] {
    context.out() << "reactivated user " << Sanitize(response->user().id()) << "\n";
  });
}

void AddUserAdd(CLI::App& user, Command& command) {
  CLI::App* add = user.add_subcommand("add", "Make a user, or change a user's name");
  auto request = std::make_shared<v1::UpsertUsersRequest>();
  v1::User* added = request->add_users();
  add->add_option("ID", *added->mutable_id(), "The user's id")->required();
  add->add_option("--name", *added->mutable_display_name(), "Name for people");
  add->footer("Examples:\n  chatter user add alice --name 'Alice Liddell'");
  add->callback([&command, request] {
    command = [request](const Context& context) { return AddUser(context, *request); };
  });
}

void AddDeactivate(CLI::App& user, Command& command) {
  CLI::App* deactivate = user.add_subcommand("deactivate", "Keep a user from signing in");
  auto request = std::make_shared<v1::DeactivateUserRequest>();
  deactivate->add_option("ID", *request->mutable_user_id(), "The user's id")->required();
  deactivate->footer("Examples:\n  chatter user deactivate alice");
  deactivate->callback([&command, request] {
    command = [request](const Context& context) { return DeactivateUser(context, *request); };
  });
}

void AddReactivate(CLI::App& user, Command& command) {
  CLI::App* reactivate = user.add_subcommand("reactivate", "Let a user sign in again");
  auto request = std::make_shared<v1::ReactivateUserRequest>();
  reactivate->add_option("ID", *request->mutable_user_id(), "The user's id")->required();
  reactivate->footer("Examples:\n  chatter user reactivate alice");
  reactivate->callback([&command, request] {
    command = [request](const Context& context) { return ReactivateUser(context, *request); };
  });
}

}  // namespace

void AddUserCommands(CLI::App& program, Command& command) {
  CLI::App* user = program.add_subcommand("user", "The users of a tenant");
  user->require_subcommand(1);
  AddUserAdd(*user, command);
  AddDeactivate(*user, command);
  AddReactivate(*user, command);

  CLI::App* get = user->add_subcommand("get", "Show one user");
  auto get_request = std::make_shared<v1::GetUserRequest>();
  get->add_option("ID", *get_request->mutable_user_id(), "The user's id")->required();
  get->footer("Examples:\n  chatter user get alice");
  get->callback([&command, get_request] {
    command = [get_request](const Context& context) { return GetUser(context, *get_request); };
  });

  CLI::App* list = user->add_subcommand("list", "Show the users");
  auto list_request = std::make_shared<v1::ListUsersRequest>();
  list->add_option("--prefix", *list_request->mutable_id_prefix(),
                   "Only those whose id begins with this");
  list->add_option(
      "--query", *list_request->mutable_query(),
      "Only those whose id begins with this, or of whose name each word of it begins a "
      "word; neither case nor accents matter");
  list->footer("Examples:\n  chatter user list --prefix al\n  chatter user list --query 'ali lid'");
  list->callback([&command, list_request] {
    command = [list_request](const Context& context) { return ListUsers(context, *list_request); };
  });
}

}  // namespace chatter::client::cli
