#include "client/cli/settings.h"

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <memory>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/cli/duration_option.h"

namespace chatter::client::cli {
namespace {

std::string Environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

std::string DefaultConfigFile() {
  const std::string base = Environment("XDG_CONFIG_HOME");
  if (!base.empty()) return absl::StrCat(base, "/chatter/config.toml");
  const std::string home = Environment("HOME");
  return home.empty() ? "" : absl::StrCat(home, "/.config/chatter/config.toml");
}

// CLI11 lets the file win over the environment. Here the environment wins.
class FileBelowEnvironment : public CLI::ConfigBase {
 public:
  explicit FileBelowEnvironment(const CLI::App& program) : program_(program) {}

  std::vector<CLI::ConfigItem> from_config(std::istream& input) const override {
    std::vector<CLI::ConfigItem> entries = CLI::ConfigBase::from_config(input);
    std::erase_if(entries, [this](const CLI::ConfigItem& item) {
      const CLI::Option* option = program_.get_option_no_throw("--" + item.name);
      return option != nullptr && item.parents.empty() && !option->get_envname().empty() &&
             !Environment(option->get_envname().c_str()).empty();
    });
    return entries;
  }

 private:
  const CLI::App& program_;
};

}  // namespace

void AddSettings(CLI::App& program, Settings& settings) {
  ClientOptions& client = settings.client;
  program.set_config("--config", DefaultConfigFile(),
                     "File with settings, one a line, say: tenant = \"demo\"");
  program.config_formatter(std::make_shared<FileBelowEnvironment>(program));
  program.allow_config_extras(false);

  const std::string group = "Settings";
  program.add_option("--address", client.address, "The server, as host:port")
      ->envname("CHATTER_ADDRESS")
      ->capture_default_str()
      ->group(group);
  program.add_option("--tenant", client.tenant, "The tenant")
      ->envname("CHATTER_TENANT")
      ->group(group);
  program
      .add_option("--token", client.token,
                  "A session token, a JSON Web Token or an API key. Others see the command line: "
                  "prefer the environment")
      ->envname("CHATTER_TOKEN")
      ->group(group);
  program
      .add_option("--on-behalf-of", client.on_behalf_of,
                  "The user as whom to talk, where a service's key is given")
      ->envname("CHATTER_ON_BEHALF_OF")
      ->group(group);
  program
      .add_option("--admin-key-file", settings.admin_key_file,
                  "File with the administrator's key, for tenants, sessions and 'user add'")
      ->envname("CHATTER_ADMIN_KEY_FILE")
      ->group(group);
  AddDurationOption(program, "--timeout", client.timeout, "How long a call may take, say 500ms")
      ->envname("CHATTER_TIMEOUT")
      ->default_str("10s")
      ->group(group);
  program.add_flag("--tls", client.tls, "Encrypt the connection")
      ->envname("CHATTER_TLS")
      ->group(group);
  program
      .add_option("--tls-ca", client.tls_root_certs_file,
                  "File with the authorities to trust (PEM), instead of the system's")
      ->envname("CHATTER_TLS_CA")
      ->group(group);
  program
      .add_option("--tls-cert", client.tls_cert_file,
                  "File with the client's certificate (PEM), for servers that ask for one")
      ->envname("CHATTER_TLS_CERT")
      ->group(group);
  program.add_option("--tls-key", client.tls_key_file, "File with the key of --tls-cert (PEM)")
      ->envname("CHATTER_TLS_KEY")
      ->group(group);
  program.add_flag("--json", settings.json, "Results and errors as JSON, one object a line")
      ->group(group);
}

}  // namespace chatter::client::cli
