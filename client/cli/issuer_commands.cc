#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "client/base/read_file.h"
#include "client/cli/commands.h"
#include "client/cli/output.h"
#include "client/cli/report.h"

namespace chatter::client::cli {
namespace {

struct SetArguments {
  v1::SetTokenIssuerRequest request;
  std::string jwks_file;
  std::string jwks_uri;
};

absl::StatusOr<std::string> ReadKeys(const std::string& path) {
  auto text = ReadFile(path);
  if (text.ok()) return text;
  return UsageError(absl::StrCat("--jwks-file: ", text.status().message()));
}

void PrintIssuers(const Context& context, const v1::ListTokenIssuersResponse& response) {
  Table table({"ISSUER", "AUDIENCE", "USER", "KEYS", "CREATES USERS", "MADE"});
  for (const v1::TokenIssuer& issuer : response.token_issuers()) {
    table.AddRow({issuer.issuer(),
                  issuer.audience() + (issuer.audience_may_be_absent() ? " or none" : ""),
                  issuer.user_claim().empty() ? "sub" : issuer.user_claim(),
                  issuer.has_jwks_uri() ? issuer.jwks_uri() : "stored",
                  issuer.create_users() ? "yes" : "no", FormatTime(issuer.created_at())});
  }
  table.Print(context.out());
}

absl::Status SetIssuer(const Context& context, const SetArguments& arguments) {
  auto tenant = context.Tenant();
  if (!tenant.ok()) return tenant.status();
  v1::SetTokenIssuerRequest request = arguments.request;
  request.set_schema_name(*tenant);
  if (!arguments.jwks_uri.empty()) {
    request.mutable_token_issuer()->set_jwks_uri(arguments.jwks_uri);
  } else {
    auto keys = ReadKeys(arguments.jwks_file);
    if (!keys.ok()) return keys.status();
    request.mutable_token_issuer()->set_jwks(*std::move(keys));
  }
  auto client = context.AdminClient();
  if (!client.ok()) return client.status();
  const auto response = (*client)->SetTokenIssuer(request);
  if (!response.ok()) return response.status();
  return context.Show(*response, [&] { context.out() << "set\n"; });
}

absl::Status ListIssuers(const Context& context) {
  auto tenant = context.Tenant();
  if (!tenant.ok()) return tenant.status();
  auto client = context.AdminClient();
  if (!client.ok()) return client.status();
  v1::ListTokenIssuersRequest request;
  request.set_schema_name(*tenant);
  const auto response = (*client)->ListTokenIssuers(request);
  if (!response.ok()) return response.status();
  return context.Show(*response, [&] { PrintIssuers(context, *response); });
}

absl::Status DeleteIssuer(const Context& context, const std::string& issuer) {
  auto tenant = context.Tenant();
  if (!tenant.ok()) return tenant.status();
  auto client = context.AdminClient();
  if (!client.ok()) return client.status();
  v1::DeleteTokenIssuerRequest request;
  request.set_schema_name(*tenant);
  request.set_issuer(issuer);
  const auto response = (*client)->DeleteTokenIssuer(request);
  if (!response.ok()) return response.status();
  return context.Show(*response, [&] { context.out() << "deleted\n"; });
}

void AddSet(CLI::App& parent, Command& command) {
  CLI::App* set = parent.add_subcommand("set", "Accept tokens of an issuer, or change how");
  auto arguments = std::make_shared<SetArguments>();
  v1::TokenIssuer& wanted = *arguments->request.mutable_token_issuer();
  set->add_option("ISSUER", *wanted.mutable_issuer(), "The `iss` of its tokens")->required();
  set->add_option("--audience", *wanted.mutable_audience(), "What the `aud` must be or hold")
      ->required();
  CLI::Option_group* keys = set->add_option_group("keys");
  keys->add_option("--jwks-file", arguments->jwks_file,
                   "A JSON Web Key Set with public keys, to be stored");
  keys->add_option("--jwks-uri", arguments->jwks_uri,
                   "Where the server gets the key set: https://..., or file:NAME in its "
                   "jwks-directory");
  keys->require_option(1);
  set->add_option("--user-claim", *wanted.mutable_user_claim(),
                  "The claim that is the user's id (default: sub). Nothing that users can choose!");
  auto create_users = std::make_shared<bool>(false);
  set->add_flag("--create-users", *create_users,
                "Create users that the tenant doesn't have when their first token comes");
  auto audience_may_be_absent = std::make_shared<bool>(false);
  set->add_flag(
      "--audience-may-be-absent", *audience_may_be_absent,
      "Accept tokens without `aud`, too: only if all of the issuer's are for this tenant");
  set->footer(
      "Examples:\n"
      "  chatter issuer set https://id.example --audience chat \\\n"
      "    --jwks-uri https://id.example/.well-known/jwks.json --create-users\n"
      "  chatter issuer set my-back-end --audience chat --jwks-file public.jwks");
  set->callback([&command, arguments, create_users, audience_may_be_absent] {
    v1::TokenIssuer& issuer = *arguments->request.mutable_token_issuer();
    issuer.set_create_users(*create_users);
    issuer.set_audience_may_be_absent(*audience_may_be_absent);
    command = [arguments](const Context& context) { return SetIssuer(context, *arguments); };
  });
}

}  // namespace

void AddIssuerCommands(CLI::App& program, Command& command) {
  CLI::App* issuer =
      program.add_subcommand("issuer", "Administer whose JSON Web Tokens a tenant accepts");
  issuer->require_subcommand(1);
  AddSet(*issuer, command);

  CLI::App* list = issuer->add_subcommand("list", "Show the tenant's issuers");
  list->footer("Examples:\n  chatter issuer list --tenant demo");
  list->callback([&command] { command = ListIssuers; });

  CLI::App* remove = issuer->add_subcommand("delete", "Accept no tokens of an issuer any more");
  auto name = std::make_shared<std::string>();
  remove->add_option("ISSUER", *name, "The `iss` of its tokens")->required();
  remove->footer("Examples:\n  chatter issuer delete https://id.example");
  remove->callback([&command, name] {
    command = [name](const Context& context) { return DeleteIssuer(context, *name); };
  });
}

}  // namespace chatter::client::cli
