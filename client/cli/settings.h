// What every command needs to know, and where it is read: flags, then the environment, then a file.
#ifndef CHATTER_CLIENT_CLI_SETTINGS_H_
#define CHATTER_CLIENT_CLI_SETTINGS_H_

#include <string>

#include "chatter/client/options.h"

namespace CLI {
class App;
}

namespace chatter::client::cli {

struct Settings {
  ClientOptions client;
  std::string admin_key_file;
  bool json = false;
};

// Adds the options and the file to the program. REQUIRES: `settings` outlives `program`.
void AddSettings(CLI::App& program, Settings& settings);

}  // namespace chatter::client::cli

#endif  // CHATTER_CLIENT_CLI_SETTINGS_H_
