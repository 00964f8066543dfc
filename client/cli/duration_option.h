// Options that are a length of time, such as 10s or 12h.
#ifndef CHATTER_CLIENT_CLI_DURATION_OPTION_H_
#define CHATTER_CLIENT_CLI_DURATION_OPTION_H_

#include <CLI/CLI.hpp>
#include <string>

#include "absl/time/time.h"

namespace chatter::client::cli {

// REQUIRES: `duration` outlives `app`.
inline CLI::Option* AddDurationOption(CLI::App& app, const std::string& name,
                                      absl::Duration& duration, const std::string& description) {
  return app
      .add_option_function<std::string>(
          name,
          [name, &duration](const std::string& text) {
            if (!absl::ParseDuration(text, &duration) || duration <= absl::ZeroDuration()) {
              throw CLI::ValidationError(name, "needs a length of time, say 90s, 10m or 12h");
            }
          },
          description)
      ->type_name("DURATION");
}

}  // namespace chatter::client::cli

#endif  // CHATTER_CLIENT_CLI_DURATION_OPTION_H_
