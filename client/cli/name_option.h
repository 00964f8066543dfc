// Options that take one of the names of names.h.
#ifndef CHATTER_CLIENT_CLI_NAME_OPTION_H_
#define CHATTER_CLIENT_CLI_NAME_OPTION_H_

#include <CLI/CLI.hpp>
#include <span>
#include <string>
#include <vector>

#include "client/cli/names.h"

namespace chatter::client::cli {

// `set` is called with the value. REQUIRES: `names` outlives `app`.
template <typename Value, typename Set>
CLI::Option* AddNameOption(CLI::App& app, const std::string& option,
                           std::span<const Name<Value>> names, Set set,
                           const std::string& description) {
  std::vector<std::string> texts;
  for (const auto& name : names) texts.emplace_back(name.text);
  return app
      .add_option_function<std::string>(
          option, [names, set](const std::string& text) { set(*ValueOf(names, text)); },
          description)
      ->check(CLI::IsMember(texts));
}

}  // namespace chatter::client::cli

#endif  // CHATTER_CLIENT_CLI_NAME_OPTION_H_
