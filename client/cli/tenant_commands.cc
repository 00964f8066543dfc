#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_join.h"
#include "client/cli/commands.h"
#include "client/cli/output.h"
#include "client/cli/terminal_text.h"

namespace chatter::client::cli {
namespace {

void PrintTenants(const Context& context, const std::vector<v1::Tenant>& tenants) {
  Table table({"TENANT", "NAME", "DOMAINS", "MADE"});
  for (const v1::Tenant& tenant : tenants) {
    table.AddRow({tenant.schema_name(), tenant.display_name(),
                  absl::StrJoin(tenant.domains(), ", "), FormatTime(tenant.created_at())});
  }
  table.Print(context.out());
}

absl::Status CreateTenant(const Context& context, const v1::CreateTenantRequest& request) {
  auto client = context.AdminClient();
  if (!client.ok()) return client.status();
  const auto response = (*client)->CreateTenant(request);
  if (!response.ok()) return response.status();
  return context.Show(*response, [&] {
    context.out() << "made tenant " << Sanitize(response->tenant().schema_name()) << "\n";
  });
}

absl::Status GetTenant(const Context& context, const v1::GetTenantRequest& request) {
  auto client = context.AdminClient();
  if (!client.ok()) return client.status();
  const auto response = (*client)->GetTenant(request);
  if (!response.ok()) return response.status();
  return context.Show(*response, [&] { PrintTenants(context, {response->tenant()}); });
}

absl::Status ListTenants(const Context& context) {
  auto client = context.AdminClient();
  if (!client.ok()) return client.status();
  v1::ListTenantsRequest request;
  request.set_page_size(500);
  v1::ListTenantsResponse all;
  do {
    auto page = (*client)->ListTenants(request);
    if (!page.ok()) return page.status();
    request.set_page_token(page->next_page_token());
    all.MergeFrom(*page);
    all.set_next_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  return context.Show(all, [&] {
    PrintTenants(context, {all.tenants().begin(), all.tenants().end()});
  });
}

void AddCreate(CLI::App& tenant, Command& command) {
  CLI::App* create = tenant.add_subcommand("create", "Make a tenant: its schema and its tables");
  auto request = std::make_shared<v1::CreateTenantRequest>();
  auto domains = std::make_shared<std::vector<std::string>>();
  create
      ->add_option("NAME", *request->mutable_tenant()->mutable_schema_name(),
                   "Name of the tenant and its PostgreSQL schema")
      ->required();
  create->add_option("--display-name", *request->mutable_tenant()->mutable_display_name(),
                     "Name for people");
  create->add_option("--domain", *domains, "A host name that leads to the tenant; repeatable")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  create->footer(
      "Examples:\n"
      "  chatter tenant create demo --admin-key-file admin.key\n"
      "  chatter tenant create acme --display-name 'Acme Ltd' --domain chat.acme.example");
  create->callback([&command, request, domains] {
    command = [request, domains](const Context& context) {
      request->mutable_tenant()->mutable_domains()->Assign(domains->begin(), domains->end());
      return CreateTenant(context, *request);
    };
  });
}

}  // namespace

void AddTenantCommands(CLI::App& program, Command& command) {
  CLI::App* tenant = program.add_subcommand("tenant", "Administer tenants");
  tenant->require_subcommand(1);
  AddCreate(*tenant, command);

  CLI::App* get = tenant->add_subcommand("get", "Show one tenant");
  auto request = std::make_shared<v1::GetTenantRequest>();
  get->add_option("NAME", *request->mutable_schema_name(), "The tenant")->required();
  get->footer("Examples:\n  chatter tenant get demo");
  get->callback([&command, request] {
    command = [request](const Context& context) { return GetTenant(context, *request); };
  });

  CLI::App* list = tenant->add_subcommand("list", "Show all tenants");
  list->footer("Examples:\n  chatter tenant list --json");
  list->callback([&command] { command = ListTenants; });
}

}  // namespace chatter::client::cli
