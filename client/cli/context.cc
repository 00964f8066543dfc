#include "client/cli/context.h"

#include "absl/strings/str_cat.h"
#include "client/base/read_file.h"
#include "client/cli/output.h"
#include "client/cli/report.h"

namespace chatter::client::cli {
namespace {

// Whatever is wrong with the options came from the command line, the environment or the file.
absl::StatusOr<std::unique_ptr<Client>> MakeClient(ClientOptions options) {
  auto client = Client::Create(std::move(options));
  if (!client.ok()) return UsageError(std::string(client.status().message()));
  return client;
}

}  // namespace

absl::StatusOr<ClientOptions> Context::UserOptions() const {
  ClientOptions options = settings_.client;
  if (options.token.empty() && !settings_.admin_key_file.empty()) {
    auto key = AdminKey();
    if (!key.ok()) return key.status();
    options.token = *std::move(key);
  }
  return options;
}

absl::StatusOr<std::unique_ptr<Client>> Context::UserClient() const {
  auto options = UserOptions();
  if (!options.ok()) return options.status();
  return MakeClient(*std::move(options));
}

absl::StatusOr<std::unique_ptr<Client>> Context::AdminClient() const {
  ClientOptions options = settings_.client;
  options.on_behalf_of.clear();
  if (!settings_.admin_key_file.empty()) {
    auto key = AdminKey();
    if (!key.ok()) return key.status();
    options.token = *std::move(key);
  }
  return MakeClient(std::move(options));
}

absl::StatusOr<std::string> Context::Tenant() const {
  if (settings_.client.tenant.empty()) {
    return UsageError("no tenant is given: use --tenant or CHATTER_TENANT");
  }
  return settings_.client.tenant;
}

absl::Status Context::Show(const google::protobuf::Message& response,
                           const std::function<void()>& print) const {
  if (json()) return PrintJson(response, out_);
  print();
  out_.flush();
  return absl::OkStatus();
}

absl::StatusOr<std::string> Context::AdminKey() const {
  auto key = ReadFile(settings_.admin_key_file);
  if (!key.ok()) {
    return UsageError(absl::StrCat("--admin-key-file: ", key.status().message()));
  }
  while (!key->empty() && (key->back() == '\n' || key->back() == '\r')) key->pop_back();
  if (key->empty()) {
    return UsageError(
        absl::StrCat("--admin-key-file: there is no key in ", settings_.admin_key_file));
  }
  return key;
}

}  // namespace chatter::client::cli
