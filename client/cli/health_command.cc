#include <CLI/CLI.hpp>

#include "absl/strings/str_cat.h"
#include "client/cli/commands.h"

namespace chatter::client::cli {
namespace {

using grpc::health::v1::HealthCheckResponse;

absl::Status Health(const Context& context) {
  auto client = context.UserClient();
  if (!client.ok()) return client.status();
  const auto response = (*client)->CheckHealth();
  if (!response.ok()) return response.status();
  const std::string& name = HealthCheckResponse::ServingStatus_Name(response->status());
  absl::Status shown = context.Show(*response, [&] { context.out() << name << "\n"; });
  if (!shown.ok()) return shown;
  if (response->status() == HealthCheckResponse::SERVING) return absl::OkStatus();
  return absl::UnavailableError(absl::StrCat("the server is ", name));
}

}  // namespace

void AddHealthCommand(CLI::App& program, Command& command) {
  CLI::App* health = program.add_subcommand("health", "Say whether the server is ready");
  health->footer("Examples:\n  chatter health && echo up");
  health->callback([&command] { command = Health; });
}

}  // namespace chatter::client::cli
