// Options that may be given several times.
#ifndef CHATTER_CLIENT_CLI_REPEATABLE_OPTION_H_
#define CHATTER_CLIENT_CLI_REPEATABLE_OPTION_H_

#include <CLI/CLI.hpp>

namespace chatter::client::cli {

// Each time with one value: what follows it is an argument of the command.
inline CLI::Option* Repeatable(CLI::Option* option) {
  return option->expected(1)->allow_extra_args(false)->multi_option_policy(
      CLI::MultiOptionPolicy::TakeAll);
}

}  // namespace chatter::client::cli

#endif  // CHATTER_CLIENT_CLI_REPEATABLE_OPTION_H_
