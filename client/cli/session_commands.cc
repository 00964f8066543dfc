#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "client/base/proto_time.h"
#include "client/cli/calls.h"
#include "client/cli/commands.h"
#include "client/cli/duration_option.h"
#include "client/cli/output.h"
#include "client/cli/report.h"

namespace chatter::client::cli {
namespace {

struct SessionArguments {
  v1::CreateSessionRequest request;
  absl::Duration ttl = absl::Hours(12);
  absl::Duration idle_ttl = absl::ZeroDuration();  // zero: none
};

struct RevokeArguments {
  v1::RevokeSessionRequest one;
  v1::RevokeSessionsRequest several;
  bool of_a_user = false;
  bool of_a_device = false;
};

absl::Status CreateSession(const Context& context, SessionArguments arguments) {
  auto client = context.AdminClient();
  if (!client.ok()) return client.status();
  *arguments.request.mutable_ttl() = ToProtoDuration(arguments.ttl);
  if (arguments.idle_ttl > absl::ZeroDuration()) {
    *arguments.request.mutable_idle_ttl() = ToProtoDuration(arguments.idle_ttl);
  }
  const auto response = (*client)->CreateSession(arguments.request);
  if (!response.ok()) return response.status();
  return context.Show(*response, [&] { context.out() << response->token() << "\n"; });
}

void PrintSessions(const Context& context, const v1::ListSessionsResponse& response) {
  Table table({"SESSION", "DEVICE", "MADE BY", "SINCE", "LAST USED", "UNTIL"});
  for (const v1::Session& session : response.sessions()) {
    table.AddRow({session.id(), session.device(), session.service(),
                  FormatTime(session.created_at()), FormatTime(session.last_used_at()),
                  FormatTime(session.expires_at())});
  }
  table.Print(context.out());
}

absl::Status ListSessions(const Context& context, v1::ListSessionsRequest request) {
  auto client = context.AdminClient();
  if (!client.ok()) return client.status();
  request.set_page_size(100);
  const auto all = ListAll(**client, request, &Client::ListSessions);
  if (!all.ok()) return all.status();
  return context.Show(*all, [&] { PrintSessions(context, *all); });
}

absl::Status RevokeSessions(const Context& context, const RevokeArguments& arguments) {
  if (arguments.one.session_id().empty() != arguments.of_a_user) {
    return UsageError("give either a SESSION_ID or --user");
  }
  if (arguments.of_a_device && !arguments.of_a_user) return UsageError("--device needs --user");
  auto client = context.AdminClient();
  if (!client.ok()) return client.status();
  if (!arguments.of_a_user) {
    const auto response = (*client)->RevokeSession(arguments.one);
    if (!response.ok()) return response.status();
    return context.Show(*response, [&] { context.out() << "revoked\n"; });
  }
  const auto response = (*client)->RevokeSessions(arguments.several);
  if (!response.ok()) return response.status();
  return context.Show(*response,
                      [&] { context.out() << "revoked " << response->revoked() << "\n"; });
}

void AddSessionCreate(CLI::App& session, Command& command) {
  CLI::App* create = session.add_subcommand("create", "Sign a user in; prints the token");
  auto arguments = std::make_shared<SessionArguments>();
  create->add_option("USER", *arguments->request.mutable_user_id(), "The user's id")->required();
  AddDurationOption(*create, "--ttl", arguments->ttl, "How long the session lasts")
      ->default_str("12h");
  AddDurationOption(*create, "--idle-ttl", arguments->idle_ttl,
                    "How long it may lie idle before it ends (default: as long as it lasts)");
  create->add_option("--device", *arguments->request.mutable_device(),
                     "The device it is for, in words for the user");
  create->footer(
      "Examples:\n  export CHATTER_TOKEN=$(chatter session create alice --ttl 1h)\n"
      "  chatter session create alice --ttl 720h --idle-ttl 24h --device \"Alice's telephone\"");
  create->callback([&command, arguments] {
    command = [arguments](const Context& context) { return CreateSession(context, *arguments); };
  });
}

void AddSessionList(CLI::App& session, Command& command) {
  CLI::App* list = session.add_subcommand("list", "Show a user's sessions");
  auto request = std::make_shared<v1::ListSessionsRequest>();
  list->add_option("--user", *request->mutable_user_id(),
                   "Whose (default: those of the user whose token is given)");
  list->footer("Examples:\n  chatter session list --user alice");
  list->callback([&command, request] {
    command = [request](const Context& context) { return ListSessions(context, *request); };
  });
}

void AddRevoke(CLI::App& session, Command& command) {
  CLI::App* revoke = session.add_subcommand("revoke", "Sign out one session, or a user");
  auto arguments = std::make_shared<RevokeArguments>();
  revoke->add_option("SESSION_ID", *arguments->one.mutable_session_id(),
                     "As 'session list' shows it");
  CLI::Option* user = revoke->add_option("--user", *arguments->several.mutable_user_id(),
                                         "All sessions of this user");
  auto device = std::make_shared<std::string>();
  CLI::Option* device_option = revoke->add_option("--device", *device, "Only those of this device");
  revoke->footer(
      "Examples:\n  chatter session revoke --user alice --device \"Alice's telephone\"\n"
      "  chatter session revoke \"$(printf %s \"$TOKEN\" | sha256sum | cut -c1-64)\"");
  revoke->callback([&command, arguments, device, user, device_option] {
    arguments->of_a_user = user->count() > 0;
    arguments->of_a_device = device_option->count() > 0;
    if (arguments->of_a_device) arguments->several.set_device(*device);
    command = [arguments](const Context& context) { return RevokeSessions(context, *arguments); };
  });
}

}  // namespace

void AddSessionCommands(CLI::App& program, Command& command) {
  CLI::App* session = program.add_subcommand("session", "Sign users in and out");
  session->require_subcommand(1);
  AddSessionCreate(*session, command);
  AddSessionList(*session, command);
  AddRevoke(*session, command);
}

}  // namespace chatter::client::cli
