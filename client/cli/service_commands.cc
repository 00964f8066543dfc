#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_join.h"
#include "client/base/proto_time.h"
#include "client/cli/calls.h"
#include "client/cli/commands.h"
#include "client/cli/duration_option.h"
#include "client/cli/output.h"
#include "client/cli/repeatable_option.h"

namespace chatter::client::cli {
namespace {

struct ServiceArguments {
  std::string name;
  std::vector<std::string> tenants;
  std::vector<std::string> services = {"*"};
  std::vector<std::string> certificates;
  bool read_only = false;
  bool may_act_for_users = false;
};

struct CreateKeyArguments {
  v1::CreateApiKeyRequest request;
  absl::Duration ttl;
  absl::Duration overlap;
  const CLI::Option* ttl_option = nullptr;
  const CLI::Option* overlap_option = nullptr;
};

// Calls one of the client's methods, and prints `what` when it has succeeded.
template <typename Request, typename Response>
absl::Status Run(const Context& context, const Request& request,
                 absl::StatusOr<Response> (Client::*method)(const Request&), const char* what) {
  auto client = context.AdminClient();
  if (!client.ok()) return client.status();
  const absl::StatusOr<Response> response = ((**client).*method)(request);
  if (!response.ok()) return response.status();
  return context.Show(*response, [&] { context.out() << what << "\n"; });
}

absl::Status SetAccount(const Context& context, const ServiceArguments& arguments) {
  v1::SetServiceAccountRequest request;
  v1::ServiceAccount& account = *request.mutable_service_account();
  account.set_name(arguments.name);
  account.mutable_tenants()->Assign(arguments.tenants.begin(), arguments.tenants.end());
  account.mutable_services()->Assign(arguments.services.begin(), arguments.services.end());
  account.mutable_certificate_names()->Assign(arguments.certificates.begin(),
                                              arguments.certificates.end());
  account.set_read_only(arguments.read_only);
  account.set_may_act_for_users(arguments.may_act_for_users);
  return Run(context, request, &Client::SetServiceAccount, "set");
}

std::string ScopeOf(const v1::ServiceAccount& account) {
  std::vector<std::string> words;
  if (account.read_only()) words.emplace_back("reads only");
  if (account.may_act_for_users()) words.emplace_back("acts for users");
  return absl::StrJoin(words, ", ");
}

void PrintAccounts(const Context& context, const v1::ListServiceAccountsResponse& response) {
  Table table({"NAME", "TENANTS", "SERVICES", "SCOPE", "CERTIFICATES", "MADE"});
  for (const v1::ServiceAccount& account : response.service_accounts()) {
    table.AddRow({account.name(), absl::StrJoin(account.tenants(), ", "),
                  absl::StrJoin(account.services(), ", "), ScopeOf(account),
                  absl::StrJoin(account.certificate_names(), ", "),
                  FormatTime(account.created_at())});
  }
  table.Print(context.out());
}

absl::Status ListAccounts(const Context& context) {
  auto client = context.AdminClient();
  if (!client.ok()) return client.status();
  v1::ListServiceAccountsRequest request;
  request.set_page_size(500);
  const auto all = ListAll(**client, request, &Client::ListServiceAccounts);
  if (!all.ok()) return all.status();
  return context.Show(*all, [&] { PrintAccounts(context, *all); });
}

absl::Status CreateKey(const Context& context, CreateKeyArguments arguments) {
  v1::CreateApiKeyRequest& request = arguments.request;
  if (arguments.ttl_option->count() > 0) *request.mutable_ttl() = ToProtoDuration(arguments.ttl);
  if (arguments.overlap_option->count() > 0) {
    *request.mutable_overlap() = ToProtoDuration(arguments.overlap);
  }
  auto client = context.AdminClient();
  if (!client.ok()) return client.status();
  const auto response = (*client)->CreateApiKey(request);
  if (!response.ok()) return response.status();
  return context.Show(*response, [&] { context.out() << response->key() << "\n"; });
}

void PrintKeys(const Context& context, const v1::ListApiKeysResponse& response) {
  Table table({"KEY", "MADE", "LAST USED", "UNTIL"});
  for (const v1::ApiKey& key : response.api_keys()) {
    table.AddRow({key.id(), FormatTime(key.created_at()),
                  key.has_last_used_at() ? FormatTime(key.last_used_at()) : "never",
                  key.has_expires_at() ? FormatTime(key.expires_at()) : "no end"});
  }
  table.Print(context.out());
}

absl::Status ListKeys(const Context& context, const v1::ListApiKeysRequest& request) {
  auto client = context.AdminClient();
  if (!client.ok()) return client.status();
  const auto response = (*client)->ListApiKeys(request);
  if (!response.ok()) return response.status();
  return context.Show(*response, [&] { PrintKeys(context, *response); });
}

void AddServiceSet(CLI::App& service, Command& command) {
  CLI::App* set = service.add_subcommand("set", "Make a service account, or change what it may do");
  auto arguments = std::make_shared<ServiceArguments>();
  set->add_option("NAME", arguments->name, "The account")->required();
  Repeatable(set->add_option("--in", arguments->tenants,
                             "A tenant in which it may call, or '*' for all; repeatable"))
      ->required();
  Repeatable(
      set->add_option("--may-call", arguments->services,
                      "A service that it may call, such as chatter.v1.RoomService; repeatable "
                      "(default: all that services may call)"));
  Repeatable(set->add_option("--certificate", arguments->certificates,
                             "A name in client certificates that stand for it; repeatable"));
  set->add_flag("--read-only", arguments->read_only, "It may change nothing");
  set->add_flag("--act-for-users", arguments->may_act_for_users,
                "It may call on behalf of users (--on-behalf-of)");
  set->footer(
      "What isn't given is taken away.\n"
      "Examples:\n"
      "  chatter service set shop --in demo --act-for-users\n"
      "  chatter service set reports --in '*' --read-only --may-call chatter.v1.RoomService\n"
      "  chatter service set gateway --in '*' --act-for-users --certificate gateway.example");
  set->callback([&command, arguments] {
    command = [arguments](const Context& context) { return SetAccount(context, *arguments); };
  });
}

void AddCreateKey(CLI::App& key, Command& command) {
  CLI::App* create = key.add_subcommand("create", "Make an API key; prints it");
  auto arguments = std::make_shared<CreateKeyArguments>();
  create->add_option("ACCOUNT", *arguments->request.mutable_account(), "The service account")
      ->required();
  arguments->ttl_option = AddDurationOption(*create, "--ttl", arguments->ttl,
                                            "How long it holds (default: until it is revoked)");
  arguments->overlap_option =
      AddDurationOption(*create, "--overlap", arguments->overlap,
                        "How long the account's other keys go on (default: as they would)");
  create->footer(
      "Examples:\n  export CHATTER_TOKEN=$(chatter service key create shop)\n"
      "  chatter service key create shop --overlap 24h     # change keys within a day");
  create->callback([&command, arguments] {
    command = [arguments](const Context& context) { return CreateKey(context, *arguments); };
  });
}

void AddKeyCommands(CLI::App& service, Command& command) {
  CLI::App* key = service.add_subcommand("key", "Make, show and end API keys");
  key->require_subcommand(1);
  AddCreateKey(*key, command);

  CLI::App* list =
      key->add_subcommand("list", "Show an account's keys, but for the keys themselves");
  auto request = std::make_shared<v1::ListApiKeysRequest>();
  list->add_option("ACCOUNT", *request->mutable_account(), "The service account")->required();
  list->footer("Examples:\n  chatter service key list shop");
  list->callback([&command, request] {
    command = [request](const Context& context) { return ListKeys(context, *request); };
  });

  CLI::App* revoke = key->add_subcommand("revoke", "End a key");
  auto ended = std::make_shared<v1::RevokeApiKeyRequest>();
  revoke->add_option("KEY", *ended->mutable_id(), "As 'service key list' shows it")->required();
  revoke->footer(
      "Examples:\n"
      "  chatter service key revoke \"$(printf %s \"$KEY\" | sha256sum | cut -c1-64)\"");
  revoke->callback([&command, ended] {
    command = [ended](const Context& context) {
      return Run(context, *ended, &Client::RevokeApiKey, "revoked");
    };
  });
}

}  // namespace

void AddServiceCommands(CLI::App& program, Command& command) {
  CLI::App* service = program.add_subcommand("service", "Administer the programs that may call");
  service->require_subcommand(1);
  AddServiceSet(*service, command);

  CLI::App* list = service->add_subcommand("list", "Show service accounts");
  list->footer("Examples:\n  chatter service list");
  list->callback([&command] { command = ListAccounts; });

  CLI::App* remove = service->add_subcommand("delete", "Delete a service account with its keys");
  auto request = std::make_shared<v1::DeleteServiceAccountRequest>();
  remove->add_option("NAME", *request->mutable_name(), "The account")->required();
  remove->footer("Examples:\n  chatter service delete shop");
  remove->callback([&command, request] {
    command = [request](const Context& context) {
      return Run(context, *request, &Client::DeleteServiceAccount, "deleted");
    };
  });

  AddKeyCommands(*service, command);
}

}  // namespace chatter::client::cli
