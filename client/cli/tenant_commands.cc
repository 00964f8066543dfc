#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_join.h"
#include "client/cli/calls.h"
#include "client/cli/commands.h"
#include "client/cli/output.h"
#include "client/cli/repeatable_option.h"
#include "client/cli/terminal_text.h"

namespace chatter::client::cli {
namespace {

std::string StateOf(const v1::Tenant& tenant) {
  switch (tenant.state()) {
    case v1::TENANT_STATE_ACTIVE:
      return "active";
    case v1::TENANT_STATE_SUSPENDED:
      return "suspended: " + tenant.state_reason();
    case v1::TENANT_STATE_DELETED:
      return "deleted until " + FormatTime(tenant.purge_at());
    default:
      return "";  // a newer server's
  }
}

void PrintTenants(const Context& context, const std::vector<v1::Tenant>& tenants) {
  Table table({"TENANT", "NAME", "DOMAINS", "MADE", "STATE"});
  for (const v1::Tenant& tenant : tenants) {
    table.AddRow({tenant.schema_name(), tenant.display_name(),
                  absl::StrJoin(tenant.domains(), ", "), FormatTime(tenant.created_at()),
                  StateOf(tenant)});
  }
  table.Print(context.out());
}

// Calls one of the client's methods that answer with the tenant, and says what was done.
template <typename Request, typename Response>
absl::Status ChangeTenant(const Context& context, const Request& request,
                          absl::StatusOr<Response> (Client::*method)(const Request&),
                          const std::string& what) {
  auto client = context.AdminClient();
  if (!client.ok()) return client.status();
  const absl::StatusOr<Response> response = ((**client).*method)(request);
  if (!response.ok()) return response.status();
  return context.Show(*response, [&] {
    context.out() << what << " tenant " << Sanitize(response->tenant().schema_name()) << "\n";
  });
}

absl::Status GetTenant(const Context& context, const v1::GetTenantRequest& request) {
  auto client = context.AdminClient();
  if (!client.ok()) return client.status();
  const auto response = (*client)->GetTenant(request);
  if (!response.ok()) return response.status();
  return context.Show(*response, [&] { PrintTenants(context, {response->tenant()}); });
}

absl::Status ListTenants(const Context& context, v1::ListTenantsRequest request) {
  auto client = context.AdminClient();
  if (!client.ok()) return client.status();
  request.set_page_size(500);
  const auto all = ListAll(**client, request, &Client::ListTenants);
  if (!all.ok()) return all.status();
  return context.Show(*all, [&] {
    PrintTenants(context, {all->tenants().begin(), all->tenants().end()});
  });
}

CLI::Option* AddDomains(CLI::App& app, const std::shared_ptr<std::vector<std::string>>& domains) {
  return Repeatable(
      app.add_option("--domain", *domains, "A host name that leads to the tenant; repeatable"));
}

// Prints what was made to standard error where a key goes to standard output.
template <typename Request, typename Response>
absl::Status MakeTenant(const Context& context, const Request& request,
                        absl::StatusOr<Response> (Client::*method)(const Request&),
                        const std::string& what) {
  if (!request.create_api_key()) return ChangeTenant(context, request, method, what);
  auto client = context.AdminClient();
  if (!client.ok()) return client.status();
  const absl::StatusOr<Response> response = ((**client).*method)(request);
  if (!response.ok()) return response.status();
  return context.Show(*response, [&] {
    context.err() << what << " tenant " << Sanitize(response->tenant().schema_name()) << "\n";
    context.out() << response->key() << "\n";
  });
}

// `create` and `attach`, which ask for the same.
template <typename Request, typename Response>
void AddMake(CLI::App& app, Command& command,
             absl::StatusOr<Response> (Client::*method)(const Request&), const std::string& what) {
  auto request = std::make_shared<Request>();
  auto domains = std::make_shared<std::vector<std::string>>();
  v1::Tenant& tenant = *request->mutable_tenant();
  app.add_option("NAME", *tenant.mutable_schema_name(),
                 "Name of the tenant and its PostgreSQL schema")
      ->required();
  app.add_option("--display-name", *tenant.mutable_display_name(), "Name for people");
  AddDomains(app, domains);
  const CLI::Option* with_key =
      app.add_flag("--with-key")
          ->description(
              "Make its first API key, too, for a service account of its name; prints it");
  app.callback([&command, request, domains, with_key, method, what] {
    request->set_create_api_key(with_key->count() > 0);
    command = [request, domains, method, what](const Context& context) {
      request->mutable_tenant()->mutable_domains()->Assign(domains->begin(), domains->end());
      return MakeTenant(context, *request, method, what);
    };
  });
}

void AddTenantUpdate(CLI::App& tenant, Command& command) {
  CLI::App* update = tenant.add_subcommand("update", "Change a tenant's names");
  auto request = std::make_shared<v1::UpdateTenantRequest>();
  auto domains = std::make_shared<std::vector<std::string>>();
  v1::Tenant& changed = *request->mutable_tenant();
  update->add_option("NAME", *changed.mutable_schema_name(), "The tenant")->required();
  CLI::Option* name =
      update->add_option("--display-name", *changed.mutable_display_name(), "Name for people");
  CLI::Option* some = AddDomains(*update, domains);
  CLI::Option* none =
      update->add_flag("--no-domains")->description("No host name leads to the tenant");
  none->excludes(some);
  update->footer(
      "The domains that are given are all that the tenant has then.\n"
      "Examples:\n  chatter tenant update demo --display-name 'Demo Ltd' --domain demo.example");
  update->callback([&command, request, domains, name, some, none] {
    if (name->count() > 0) request->mutable_update_mask()->add_paths("display_name");
    if (some->count() + none->count() > 0) request->mutable_update_mask()->add_paths("domains");
    command = [request, domains](const Context& context) {
      request->mutable_tenant()->mutable_domains()->Assign(domains->begin(), domains->end());
      return ChangeTenant(context, *request, &Client::UpdateTenant, "updated");
    };
  });
}

void AddRenameDomain(CLI::App& tenant, Command& command) {
  CLI::App* rename = tenant.add_subcommand("rename-domain", "Put one domain in another's place");
  auto request = std::make_shared<v1::RenameDomainRequest>();
  rename->add_option("NAME", *request->mutable_schema_name(), "The tenant")->required();
  rename->add_option("OLD", *request->mutable_old_domain(), "One of its domains")->required();
  rename->add_option("NEW", *request->mutable_new_domain(), "What it is from now on")->required();
  rename->footer("Examples:\n  chatter tenant rename-domain demo old.example new.example");
  rename->callback([&command, request] {
    command = [request](const Context& context) {
      return ChangeTenant(context, *request, &Client::RenameDomain, "renamed a domain of");
    };
  });
}

void AddList(CLI::App& tenant, Command& command) {
  CLI::App* list = tenant.add_subcommand("list", "Show tenants");
  auto request = std::make_shared<v1::ListTenantsRequest>();
  auto state = std::make_shared<std::string>();
  list->add_option("--state", *state, "Those that are active, suspended or deleted only")
      ->check(CLI::IsMember({"active", "suspended", "deleted"}));
  list->add_option("--prefix", *request->mutable_schema_name_prefix(),
                   "Those whose name begins so only");
  list->add_option("--domain", *request->mutable_domain(), "The one with this domain only");
  list->footer("Examples:\n  chatter tenant list --state suspended\n  chatter tenant list --json");
  list->callback([&command, request, state] {
    if (*state == "active") request->set_state(v1::TENANT_STATE_ACTIVE);
    if (*state == "suspended") request->set_state(v1::TENANT_STATE_SUSPENDED);
    if (*state == "deleted") request->set_state(v1::TENANT_STATE_DELETED);
    command = [request](const Context& context) { return ListTenants(context, *request); };
  });
}

}  // namespace

void AddTenantCommands(CLI::App& program, Command& command) {
  CLI::App* tenant = program.add_subcommand("tenant", "Administer tenants");
  tenant->require_subcommand(1);
  CLI::App* create = tenant->add_subcommand("create", "Make a tenant: its schema and its tables");
  create->footer(
      "Examples:\n"
      "  chatter tenant create demo --admin-key-file admin.key\n"
      "  chatter tenant create acme --display-name 'Acme Ltd' --domain chat.acme.example");
  AddMake(*create, command, &Client::CreateTenant, "made");
  CLI::App* attach =
      tenant->add_subcommand("attach", "Make a tenant of a schema that is there: an application's");
  attach->footer("Examples:\n  chatter tenant attach shop --domain shop.example");
  AddMake(*attach, command, &Client::AttachTenant, "attached");

  CLI::App* get = tenant->add_subcommand("get", "Show one tenant");
  auto request = std::make_shared<v1::GetTenantRequest>();
  get->add_option("NAME", *request->mutable_schema_name(), "The tenant")->required();
  get->footer("Examples:\n  chatter tenant get demo");
  get->callback([&command, request] {
    command = [request](const Context& context) { return GetTenant(context, *request); };
  });

  AddList(*tenant, command);
  AddTenantUpdate(*tenant, command);
  AddRenameDomain(*tenant, command);
  AddTenantStateCommands(*tenant, command);
  AddTenantExportCommand(*tenant, command);
}

}  // namespace chatter::client::cli
