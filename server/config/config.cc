#include "server/config/config.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <sstream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/base/version.h"
#include "server/config/settings.h"

namespace chatter::config {
namespace {

constexpr char kFooter[] =
    "A setting is read from its flag, or else from the environment, or else from the file that\n"
    "--config names, where it is a line like: listen = 127.0.0.1:50051\n"
    "Paths in that file count from its folder.\n\n"
    "Example:\n"
    "  CHATTERD_DATABASE_URL=postgresql://chatter@localhost/chatter \\\n"
    "    chatterd --admin-key-file admin.key\n\n"
    "Exit codes: 0 after a stop by signal, 1 failed, 2 wrong usage.";

// What the command line says, as text.
struct RawCommandLine {
  std::map<std::string_view, std::string> values;  // by the setting's name
  std::string config_file;
  Command command = Command::kServe;
  std::vector<std::string> restored;
};

struct Value {
  std::string where;  // for error messages
  std::string text;
};
using Values = std::map<std::string_view, Value>;

void AddSettings(CLI::App& app, RawCommandLine& raw) {
  for (const Setting& setting : AllSettings()) {
    const std::string flag = absl::StrCat("--", std::string(setting.name));
    const std::string help =
        absl::StrCat(std::string(setting.help), " [", EnvironmentName(setting.name), "]");
    std::string& value = raw.values[setting.name];
    if (setting.value_name.empty()) {
      app.add_flag_callback(
          flag, [&value] { value = "true"; }, help);
    } else {
      app.add_option(flag, value, help)->type_name(std::string(setting.value_name));
    }
  }
  app.add_option("--config", raw.config_file, "File with settings [CHATTERD_CONFIG]")
      ->type_name("FILE");
}

// The text to show, or nullopt to go on.
absl::StatusOr<std::optional<std::string>> ParseArguments(int argc, const char* const* argv,
                                                          RawCommandLine& raw) {
  CLI::App app("The Chatter server: chat for products on PostgreSQL, one schema per tenant.",
               "chatterd");
  app.footer(kFooter);
  app.set_version_flag("--version", "chatterd " + std::string(Version()));
  AddSettings(app, raw);
  app.require_subcommand(0, 1);
  app.fallthrough();  // settings may follow the command
  app.add_subcommand(
      "serve",
      "Serve until SIGTERM or SIGINT (the default); SIGHUP reads certificates and keys again");
  app.add_subcommand("migrate", "Bring the database's schemas up to date, and end")
      ->parse_complete_callback([&raw] { raw.command = Command::kMigrate; })
      ->add_option("--restored", raw.restored,
                   "A tenant whose schema has just been restored from a dump that is older than "
                   "the tables chatter_schema: it is the same tenant. May be given several times")
      ->type_name("TENANT")
      ->allow_extra_args(false);
  app.add_subcommand("check", "Say what of the settings doesn't fit the database, and end")
      ->parse_complete_callback([&raw] { raw.command = Command::kCheck; });
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    std::ostringstream out;
    if (app.exit(error, out, out) == 0) return out.str();
    return absl::InvalidArgumentError(error.what());
  }
  return std::nullopt;
}

// nullptr: there is no such setting.
const Setting* FindSetting(std::string_view name) {
  const auto all = AllSettings();
  const auto* const found = std::find_if(
      all.begin(), all.end(), [name](const Setting& setting) { return setting.name == name; });
  return found == all.end() ? nullptr : found;
}

absl::Status CollectFromFile(const std::string& path, Values& values) {
  auto entries = ReadSettingsFile(path);
  if (!entries.ok()) return entries.status();
  std::map<std::string_view, int> lines;
  for (FileEntry& entry : *entries) {
    const std::string where = absl::StrCat(path, ":", entry.line, ": ", entry.key);
    const Setting* const found = FindSetting(entry.key);
    if (found == nullptr) {
      return absl::InvalidArgumentError(absl::StrCat(where, " is not a setting"));
    }
    if (!lines.emplace(found->name, entry.line).second) {
      return absl::InvalidArgumentError(absl::StrCat(where, " is set twice"));
    }
    const bool is_path = found->value_name == "FILE" || found->value_name == "DIR";
    if (is_path) entry.value = std::filesystem::path(path).parent_path() / entry.value;
    // Does nothing where the flag or the environment has set it.
    values.emplace(found->name, Value{where, std::move(entry.value)});
  }
  return absl::OkStatus();
}

// Unknown variables are let be: a container's environment has some that others put there
// (CHATTERD_SERVICE_HOST, say). Empty ones count as not set.
absl::StatusOr<Values> Collect(const RawCommandLine& raw, const Environment& environment) {
  Values values;
  for (const Setting& setting : AllSettings()) {
    const auto flag = raw.values.find(setting.name);
    const std::string flag_value = flag == raw.values.end() ? "" : flag->second;
    const std::string variable = EnvironmentName(setting.name);
    const std::string variable_value = environment(variable).value_or("");
    if (!flag_value.empty()) {
      values[setting.name] = {absl::StrCat("--", std::string(setting.name)), flag_value};
    } else if (!variable_value.empty()) {
      values[setting.name] = {variable, variable_value};
    }
  }
  const std::string file =
      raw.config_file.empty() ? environment("CHATTERD_CONFIG").value_or("") : raw.config_file;
  if (!file.empty()) {
    if (absl::Status status = CollectFromFile(file, values); !status.ok()) return status;
  }
  return values;
}

absl::Status CheckTls(const TlsFiles& files) {
  if (files.certificate.empty() != files.key.empty()) {
    return absl::InvalidArgumentError("--tls-cert-file and --tls-key-file must be set together");
  }
  if (!files.enabled() && !files.client_ca.empty()) {
    return absl::InvalidArgumentError(
        "--tls-client-ca-file needs --tls-cert-file and --tls-key-file too");
  }
  return files.enabled() ? ReadTlsMaterial(files).status() : absl::OkStatus();
}

absl::Status Apply(const Values& values, Config& config) {
  for (const Setting& setting : AllSettings()) {
    const auto value = values.find(setting.name);
    if (value == values.end()) continue;
    const std::string problem = setting.apply(value->second.text, config);
    if (!problem.empty()) {
      return absl::InvalidArgumentError(absl::StrCat(value->second.where, " ", problem));
    }
  }
  if (config.database_url.empty()) {
    return absl::InvalidArgumentError(
        "--database-url (or CHATTERD_DATABASE_URL) is required, such as "
        "postgresql://chatter@localhost/chatter");
  }
  if (config.django_tenant_table.has_value() != config.django_domain_table.has_value()) {
    return absl::InvalidArgumentError(
        "--django-tenant-table and --django-domain-table must be set together");
  }
  if (config.django_tenant_table.has_value() && config.single_schema.has_value()) {
    return absl::InvalidArgumentError(
        "--single-schema and --django-tenant-table exclude each other");
  }
  if (!config.django_secret_keys.empty() && !config.user_table.has_value()) {
    return absl::InvalidArgumentError(
        "--django-secret-key-file needs --user-table too, such as auth_user: sessions are checked "
        "against the user's row");
  }
  return CheckTls(config.tls);
}

absl::StatusOr<Config> MakeConfig(const RawCommandLine& raw, const Environment& environment) {
  const auto values = Collect(raw, environment);
  if (!values.ok()) return values.status();
  Config config;
  if (absl::Status status = Apply(*values, config); !status.ok()) return status;
  return config;
}

}  // namespace

Environment ProcessEnvironment() {
  return [](const std::string& name) -> std::optional<std::string> {
    const char* value = std::getenv(name.c_str());
    if (value == nullptr) return std::nullopt;
    return value;
  };
}

absl::StatusOr<CommandLine> ParseCommandLine(int argc, const char* const* argv,
                                             const Environment& environment) {
  RawCommandLine raw;
  CommandLine result;
  auto text = ParseArguments(argc, argv, raw);
  if (!text.ok()) return text.status();
  if (text->has_value()) {
    result.command = Command::kShowText;
    result.text = **text;
    return result;
  }
  result.command = raw.command;
  for (const std::string& name : raw.restored) {
    const auto schema = SchemaName::Parse(name);
    if (!schema.has_value()) {
      return absl::InvalidArgumentError("--restored: \"" + name + "\" can't be a tenant's name");
    }
    result.restored.push_back(*schema);
  }
  auto config = MakeConfig(raw, environment);
  if (!config.ok()) return config.status();
  result.config = *std::move(config);
  return result;
}

absl::StatusOr<Config> ReadSettings(const std::map<std::string, std::string>& settings,
                                    const Environment& environment) {
  RawCommandLine raw;
  for (const auto& [name, value] : settings) {
    const Setting* const found = FindSetting(name);
    if (found == nullptr) {
      return absl::InvalidArgumentError(absl::StrCat(name, " is not a setting"));
    }
    raw.values[found->name] = value;
  }
  return MakeConfig(raw, environment);
}

}  // namespace chatter::config
