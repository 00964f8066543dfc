#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "client/cli/commands.h"
#include "client/cli/duration_option.h"
#include "client/proto_time.h"

namespace chatter::client::cli {
namespace {

struct CreateArguments {
  std::string user_id;
  absl::Duration ttl = absl::Hours(12);
};

absl::Status CreateSession(const Context& context, const CreateArguments& arguments) {
  auto tenant = context.Tenant();
  if (!tenant.ok()) return tenant.status();
  auto client = context.AdminClient();
  if (!client.ok()) return client.status();
  v1::CreateSessionRequest request;
  request.set_schema_name(*tenant);
  request.set_user_id(arguments.user_id);
  *request.mutable_ttl() = ToProtoDuration(arguments.ttl);
  const auto response = (*client)->CreateSession(request);
  if (!response.ok()) return response.status();
  return context.Show(*response, [&] { context.out() << response->token() << "\n"; });
}

absl::Status RevokeSession(const Context& context, const std::string& session_id) {
  auto tenant = context.Tenant();
  if (!tenant.ok()) return tenant.status();
  auto client = context.AdminClient();
  if (!client.ok()) return client.status();
  v1::RevokeSessionRequest request;
  request.set_schema_name(*tenant);
  request.set_session_id(session_id);
  const auto response = (*client)->RevokeSession(request);
  if (!response.ok()) return response.status();
  return context.Show(*response, [&] { context.out() << "revoked\n"; });
}

}  // namespace

void AddSessionCommands(CLI::App& program, Command& command) {
  CLI::App* session = program.add_subcommand("session", "Sign users in and out");
  session->require_subcommand(1);

  CLI::App* create = session->add_subcommand("create", "Sign a user in; prints the token");
  auto arguments = std::make_shared<CreateArguments>();
  create->add_option("USER", arguments->user_id, "The user's id")->required();
  AddDurationOption(*create, "--ttl", arguments->ttl, "How long the session lasts")
      ->default_str("12h");
  create->footer("Examples:\n  export CHATTER_TOKEN=$(chatter session create alice --ttl 1h)");
  create->callback([&command, arguments] {
    command = [arguments](const Context& context) { return CreateSession(context, *arguments); };
  });

  CLI::App* revoke = session->add_subcommand("revoke", "Sign a session out");
  auto session_id = std::make_shared<std::string>();
  revoke->add_option("SESSION_ID", *session_id, "As in the JSON of 'session create'")->required();
  revoke->footer(
      "Examples:\n  chatter session revoke \"$(printf %s \"$TOKEN\" | sha256sum | cut -c1-64)\"");
  revoke->callback([&command, session_id] {
    command = [session_id](const Context& context) { return RevokeSession(context, *session_id); };
  });
}

}  // namespace chatter::client::cli
