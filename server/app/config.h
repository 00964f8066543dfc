// What chatterd is told at its start, and how.
//
// Each setting is read from its flag, or else from the environment, or else from the file that
// --config names, and checked before anything begins. Not thread-safe; plain values.
#ifndef CHATTER_SERVER_APP_CONFIG_H_
#define CHATTER_SERVER_APP_CONFIG_H_

#include <functional>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/base/crypto.h"
#include "server/model/ids.h"
#include "spdlog/common.h"

namespace chatter::app {

struct Config {
  std::string database_url;  // may hold a password: never logged
  int database_connections = 4;
  bool prepared_statements = true;

  std::string listen = "127.0.0.1:50051";
  std::string ops_listen;  // empty: off

  // The SHA-256 of the administrator's key; nullopt: nobody can administrate.
  std::optional<Sha256Digest> admin_key_digest;
  std::optional<SchemaName> single_schema;  // nullopt: the server has many tenants

  absl::Duration heartbeat_interval = absl::Seconds(30);
  absl::Duration drain_grace = absl::Seconds(5);
  int workers = 0;  // of the hub; 0: one for every two processors
  spdlog::level::level_enum log_level = spdlog::level::info;
};

enum class Command {
  kServe,
  kMigrate,
  kShowText,  // help or version
};

struct CommandLine {
  Command command = Command::kServe;
  Config config;
  std::string text;  // what to show
};

// The value of a variable; nullopt: it isn't set.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;
Environment ProcessEnvironment();

// Errors: INVALID_ARGUMENT, with one line that names what is wrong.
absl::StatusOr<CommandLine> ParseCommandLine(int argc, const char* const* argv,
                                             const Environment& environment);

}  // namespace chatter::app

#endif  // CHATTER_SERVER_APP_CONFIG_H_
