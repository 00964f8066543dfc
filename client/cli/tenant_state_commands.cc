#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "absl/time/clock.h"
#include "chatter/client/errors.h"
#include "client/base/proto_time.h"
#include "client/cli/commands.h"
#include "client/cli/duration_option.h"
#include "client/cli/output.h"
#include "client/cli/terminal_text.h"
#include "common/steady_time.h"

namespace chatter::client::cli {
namespace {

// Calls one of the client's methods that answer with the tenant, and says what was done.
template <typename Request, typename Response>
absl::Status ChangeState(const Context& context, const Request& request,
                         absl::StatusOr<Response> (Client::*method)(const Request&),
                         const std::function<std::string(const v1::Tenant&)>& describe) {
  auto client = context.AdminClient();
  if (!client.ok()) return client.status();
  const absl::StatusOr<Response> response = ((**client).*method)(request);
  if (!response.ok()) return response.status();
  return context.Show(*response, [&] {
    context.out() << Sanitize(response->tenant().schema_name()) << ": "
                  << Sanitize(describe(response->tenant())) << "\n";
  });
}

std::string DescribeDeleted(const v1::Tenant& tenant) {
  return "deleted; all of it goes at " + FormatTime(tenant.purge_at());
}

// For the server to have removed what it can. It begins within a second.
constexpr absl::Duration kPurgePatience = absl::Seconds(30);

// Asks until the tenant isn't there any more, or is again: the application's directory has it
// still.
absl::Status AwaitPurge(Client& client, const std::string& schema_name) {
  v1::GetTenantRequest request;
  request.set_schema_name(schema_name);
  const SteadyTime end = SteadyTime::Now() + kPurgePatience;
  while (SteadyTime::Now() < end) {
    const auto found = client.GetTenant(request);
    if (DetailsOf(found.status()).reason == "TENANT_NOT_FOUND") return absl::OkStatus();
    if (!found.ok()) return found.status();
    if (found->tenant().state() != v1::TENANT_STATE_DELETED) return absl::OkStatus();
    absl::SleepFor(absl::Milliseconds(50));
  }
  return absl::UnavailableError(
      "the tenant is deleted, but its data are still there: the server's log says what is in the "
      "way");
}

absl::Status DeleteNow(const Context& context, const v1::DeleteTenantRequest& request) {
  auto client = context.AdminClient();
  if (!client.ok()) return client.status();
  const auto response = (*client)->DeleteTenant(request);
  if (!response.ok()) return response.status();
  if (absl::Status purged = AwaitPurge(**client, request.schema_name()); !purged.ok()) {
    return purged;
  }
  return context.Show(*response, [&] {
    context.out() << Sanitize(request.schema_name()) << ": deleted, and all of it is gone\n";
  });
}

std::string DescribeState(const v1::Tenant& tenant) {
  return tenant.state() == v1::TENANT_STATE_SUSPENDED ? "suspended: " + tenant.state_reason()
                                                      : "active";
}

void AddSuspend(CLI::App& tenant, Command& command) {
  CLI::App* suspend = tenant.add_subcommand("suspend", "Refuse all calls for a tenant");
  auto request = std::make_shared<v1::SuspendTenantRequest>();
  suspend->add_option("NAME", *request->mutable_schema_name(), "The tenant")->required();
  suspend->add_option("--reason", *request->mutable_reason(), "What its callers are told")
      ->required();
  suspend->footer("Examples:\n  chatter tenant suspend demo --reason 'The trial is over.'");
  suspend->callback([&command, request] {
    command = [request](const Context& context) {
      return ChangeState(context, *request, &Client::SuspendTenant, DescribeState);
    };
  });
}

void AddResume(CLI::App& tenant, Command& command) {
  CLI::App* resume = tenant.add_subcommand("resume", "Serve a suspended tenant again");
  auto request = std::make_shared<v1::ResumeTenantRequest>();
  resume->add_option("NAME", *request->mutable_schema_name(), "The tenant")->required();
  resume->footer("Examples:\n  chatter tenant resume demo");
  resume->callback([&command, request] {
    command = [request](const Context& context) {
      return ChangeState(context, *request, &Client::ResumeTenant, DescribeState);
    };
  });
}

void AddTenantDelete(CLI::App& tenant, Command& command) {
  CLI::App* remove =
      tenant.add_subcommand("delete", "Delete a tenant and, after a while, its data");
  auto request = std::make_shared<v1::DeleteTenantRequest>();
  auto grace = std::make_shared<absl::Duration>(absl::Hours(7 * 24));
  remove->add_option("NAME", *request->mutable_schema_name(), "The tenant")->required();
  CLI::Option* given =
      AddDurationOption(*remove, "--grace", *grace, "How long it can be undeleted: up to 2160h")
          ->default_str("168h");
  CLI::Option* now = remove->add_flag("--now")->description(
      "Without a grace, and wait for its end: nothing can be undone");
  now->excludes(given);
  remove->footer(
      "Of an attached schema, Chatter's own tables are removed; of others, all.\n"
      "Examples:\n  chatter tenant delete demo\n  chatter tenant delete demo --grace 24h");
  remove->callback([&command, request, grace, now] {
    *request->mutable_grace() = ToProtoDuration(now->count() > 0 ? absl::ZeroDuration() : *grace);
    command = [request, at_once = now->count() > 0](const Context& context) {
      if (at_once) return DeleteNow(context, *request);
      return ChangeState(context, *request, &Client::DeleteTenant, DescribeDeleted);
    };
  });
}

void AddUndelete(CLI::App& tenant, Command& command) {
  CLI::App* undelete = tenant.add_subcommand("undelete", "Bring a deleted tenant back");
  auto request = std::make_shared<v1::UndeleteTenantRequest>();
  undelete->add_option("NAME", *request->mutable_schema_name(), "The tenant")->required();
  undelete->footer("Examples:\n  chatter tenant undelete demo");
  undelete->callback([&command, request] {
    command = [request](const Context& context) {
      return ChangeState(context, *request, &Client::UndeleteTenant, DescribeState);
    };
  });
}

absl::Status BeginEpoch(const Context& context, const v1::BeginEpochRequest& request) {
  auto client = context.AdminClient();
  if (!client.ok()) return client.status();
  const auto response = (*client)->BeginEpoch(request);
  if (!response.ok()) return response.status();
  return context.Show(*response, [&] {
    context.out() << Sanitize(request.schema_name()) << ": epoch " << Sanitize(response->epoch())
                  << " has begun; within five seconds its streams end, and clients load anew\n";
  });
}

void AddEpoch(CLI::App& tenant, Command& command) {
  CLI::App* epoch = tenant.add_subcommand("epoch", "Say that a tenant's logs have gone back");
  auto request = std::make_shared<v1::BeginEpochRequest>();
  epoch->add_option("NAME", *request->mutable_schema_name(), "The tenant")->required();
  epoch->footer(
      "After a restore of rows from a backup: clients forget what they have and load it anew.\n"
      "Nothing else is stored or deleted.\n"
      "Examples:\n  pg_restore --data-only -d app -n demo demo.dump && chatter tenant epoch demo");
  epoch->callback([&command, request] {
    command = [request](const Context& context) { return BeginEpoch(context, *request); };
  });
}

}  // namespace

void AddTenantStateCommands(CLI::App& tenant, Command& command) {
  AddSuspend(tenant, command);
  AddResume(tenant, command);
  AddTenantDelete(tenant, command);
  AddUndelete(tenant, command);
  AddEpoch(tenant, command);
}

}  // namespace chatter::client::cli
