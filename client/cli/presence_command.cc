#include <CLI/CLI.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "chatter/client/chat_stream.h"
#include "client/cli/commands.h"
#include "client/cli/mailbox.h"
#include "client/cli/names.h"
#include "client/cli/output.h"
#include "client/cli/report.h"
#include "client/cli/terminal_text.h"

namespace chatter::client::cli {
namespace {

struct Arguments {
  std::vector<std::string> user_ids;
  bool watch = false;
  std::optional<uint64_t> count;
};

absl::Status ShowOnce(const Context& context, const Arguments& arguments) {
  auto client = context.UserClient();
  if (!client.ok()) return client.status();
  v1::GetPresenceRequest request;
  request.mutable_user_ids()->Add(arguments.user_ids.begin(), arguments.user_ids.end());
  const auto response = (*client)->GetPresence(request);
  if (!response.ok()) return response.status();
  return context.Show(*response, [&] {
    Table table({"USER", "PRESENCE", "LAST SEEN"});
    for (const v1::Presence& presence : response->presences()) {
      table.AddRow(
          {presence.user_id(), NameOf(presence.status()), FormatTime(presence.last_seen_at())});
    }
    table.Print(context.out());
  });
}

// Prints presence as it comes. All on the main thread, but for the callbacks, which post.
class Watch {
 public:
  Watch(const Context& context, const Arguments& arguments)
      : context_(context), arguments_(arguments) {}

  absl::Status Run();

 private:
  void OnPresence(const v1::Presence& presence);
  void Finish(const absl::Status& status) {
    if (!result_.has_value()) result_ = status;
  }

  const Context& context_;
  const Arguments& arguments_;
  Mailbox mailbox_;
  uint64_t printed_ = 0;
  std::optional<absl::Status> result_;
};

absl::Status Watch::Run() {
  auto client_options = context_.UserOptions();
  if (!client_options.ok()) return client_options.status();
  ChatStreamOptions options;
  options.client = *std::move(client_options);
  ChatCallbacks callbacks;
  callbacks.presence = [this](const v1::Presence& presence) {
    mailbox_.Post([this, presence] { OnPresence(presence); });
  };
  callbacks.ended = [this](const absl::Status& status) {
    mailbox_.Post([this, status] { Finish(status); });
  };
  const auto stream = ChatStream::Create(options, std::move(callbacks));
  if (!stream.ok()) return UsageError(std::string(stream.status().message()));
  if (absl::Status status = (*stream)->WatchPresence(arguments_.user_ids); !status.ok()) {
    Finish(UsageError(std::string(status.message())));
  }
  while (!result_.has_value()) mailbox_.WaitAndRun();
  mailbox_.Stop();
  return *result_;
}

void Watch::OnPresence(const v1::Presence& presence) {
  if (result_.has_value()) return;
  if (context_.json()) {
    if (absl::Status status = PrintJson(presence, context_.out()); !status.ok()) Finish(status);
  } else {
    context_.out() << Sanitize(presence.user_id()) << "  " << NameOf(presence.status());
    if (presence.has_last_seen_at()) {
      context_.out() << "  since " << FormatTime(presence.last_seen_at());
    }
    context_.out() << std::endl;
  }
  if (!context_.out().good()) Finish(absl::InternalError("can't write to standard output"));
  if (++printed_ == arguments_.count) Finish(absl::OkStatus());
}

}  // namespace

void AddPresenceCommand(CLI::App& program, Command& command) {
  CLI::App* presence = program.add_subcommand("presence", "Show whether users are there");
  auto arguments = std::make_shared<Arguments>();
  presence->add_option("USER", arguments->user_ids, "The users' ids: up to 200")->required();
  CLI::Option* watch =
      presence->add_flag("--watch", arguments->watch,
                         "Go on, with what changes; takes a user's token, who is online meanwhile");
  presence->add_option("--count", arguments->count, "End after so many lines")
      ->check(CLI::Range(uint64_t{1}, uint64_t{1} << 62))
      ->needs(watch);
  presence->footer(
      "Examples:\n"
      "  chatter presence alice bob\n"
      "  chatter presence alice --watch");
  presence->callback([&command, arguments] {
    command = [arguments](const Context& context) {
      return arguments->watch ? Watch(context, *arguments).Run() : ShowOnce(context, *arguments);
    };
  });
}

}  // namespace chatter::client::cli
