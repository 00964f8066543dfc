// What a command works with, and how it is chosen.
#ifndef CHATTER_CLIENT_CLI_CONTEXT_H_
#define CHATTER_CLIENT_CLI_CONTEXT_H_

#include <functional>
#include <memory>
#include <ostream>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "chatter/client/client.h"
#include "client/cli/settings.h"

namespace chatter::client::cli {

class Context {
 public:
  Context(const Settings& settings, std::ostream& out, std::ostream& err)
      : settings_(settings), out_(out), err_(err) {}

  // As the user whose token is given; without one, as a service by the administrator's key.
  // Errors: of usage.
  absl::StatusOr<ClientOptions> UserOptions() const;
  absl::StatusOr<std::unique_ptr<Client>> UserClient() const;
  // By the administrator's key; without one, by the token. On behalf of nobody.
  absl::StatusOr<std::unique_ptr<Client>> AdminClient() const;

  // The tenant to administer. Errors: of usage, where none is given.
  absl::StatusOr<std::string> Tenant() const;

  bool json() const { return settings_.json; }
  std::ostream& out() const { return out_; }
  std::ostream& err() const { return err_; }

  // Prints `response` if --json was given, or else calls `print` to tell people.
  absl::Status Show(const google::protobuf::Message& response,
                    const std::function<void()>& print) const;

 private:
  absl::StatusOr<std::string> AdminKey() const;

  const Settings& settings_;
  std::ostream& out_;
  std::ostream& err_;
};

// What the command line asks for; set by the one subcommand that was given.
using Command = std::function<absl::Status(const Context&)>;

}  // namespace chatter::client::cli

#endif  // CHATTER_CLIENT_CLI_CONTEXT_H_
