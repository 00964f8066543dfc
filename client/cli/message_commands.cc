#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/base/uuid.h"
#include "client/cli/calls.h"
#include "client/cli/commands.h"
#include "client/cli/details_options.h"
#include "client/cli/output.h"
#include "client/cli/place_options.h"
#include "client/cli/repeatable_option.h"
#include "client/cli/report.h"
#include "client/cli/sequence_number.h"

namespace chatter::client::cli {
namespace {

absl::Status Send(const Context& context, v1::SendMessageRequest request) {
  const v1::MessageDetails& details = request.details();
  if (request.text().empty() && details.attachments().empty() && !details.has_forwarded_from()) {
    return UsageError("a message needs a TEXT, --attach or --forward");
  }
  auto client = context.UserClient();
  if (!client.ok()) return client.status();
  if (request.client_message_id().empty()) request.set_client_message_id(MakeUuid());
  const auto response = (*client)->SendMessage(request);
  if (!response.ok()) {
    return WithRepeatHint(response.status(),
                          absl::StrCat("the message may have been stored; to be sure, send it "
                                       "again with --id ",
                                       request.client_message_id()));
  }
  return context.Show(*response, [&] { context.out() << response->seq() << "\n"; });
}

absl::Status ListMessages(const Context& context, const v1::ListMessagesRequest& request) {
  auto client = context.UserClient();
  if (!client.ok()) return client.status();
  const auto response = (*client)->ListMessages(request);
  if (!response.ok()) return response.status();
  return context.Show(*response, [&] { PrintMessages(response->messages(), context.out()); });
}

// One that isn't there is an error where it is asked for alone.
absl::Status ShowMessages(const Context& context, const v1::BatchGetMessagesRequest& request) {
  auto client = context.UserClient();
  if (!client.ok()) return client.status();
  if (request.seqs_size() > 1) {
    const auto response = (*client)->BatchGetMessages(request);
    if (!response.ok()) return response.status();
    return context.Show(*response, [&] { PrintMessages(response->messages(), context.out()); });
  }
  v1::GetMessageRequest one;
  one.set_room_id(request.room_id());
  one.set_seq(request.seqs(0));
  const auto response = (*client)->GetMessage(one);
  if (!response.ok()) return response.status();
  return context.Show(*response,
                      [&] { context.out() << FormatMessage(response->message()) << "\n"; });
}

absl::Status Edit(const Context& context, const v1::EditMessageRequest& request) {
  if (request.update_mask().paths().empty()) {
    return UsageError("an edit needs a TEXT, --attach or --no-attachments");
  }
  return CallAsUser(context, request, &Client::EditMessage, "edited");
}

void AddSend(CLI::App& program, Command& command) {
  CLI::App* send = program.add_subcommand("send", "Send a message; prints its sequence number");
  auto request = std::make_shared<v1::SendMessageRequest>();
  send->add_option("ROOM", *request->mutable_room_id(), "The room's id")->required();
  send->add_option("TEXT", *request->mutable_text(),
                   "The text; before one that begins with -, put --. Not needed with --attach");
  send->add_option("--id", *request->mutable_client_message_id(),
                   "Id of the message: sent again with the same id, it is stored once");
  AddDetailsOptions(*send, *request->mutable_details());
  send->footer(
      "Examples:\n"
      "  chatter send $ROOM 'Hello, Bob'\n"
      "  chatter send $ROOM -- '-1'\n"
      "  chatter send $ROOM 'What do you think?' --thread 4711 --mention bob\n"
      "  chatter send $ROOM --attach https://files.example/plan.pdf\n"
      "  chatter send $ROOM --forward $OTHER_ROOM/4711");
  send->callback([&command, request] {
    command = [request](const Context& context) { return Send(context, *request); };
  });
}

void AddShow(CLI::App& program, Command& command) {
  CLI::App* show = program.add_subcommand("message", "Show a message, or several");
  auto request = std::make_shared<v1::BatchGetMessagesRequest>();
  show->add_option("ROOM", *request->mutable_room_id(), "The room's id")->required();
  show->add_option_function<std::vector<uint64_t>>(
          "SEQ",
          [request](const std::vector<uint64_t>& seqs) {
            request->mutable_seqs()->Assign(seqs.begin(), seqs.end());
          },
          "The message's sequence number; of several, those that are there are shown")
      ->check(SequenceNumber())
      ->required();
  show->footer(
      "Examples:\n"
      "  chatter message $ROOM 4711 --json\n"
      "  chatter message $ROOM 4711 4712");
  show->callback([&command, request] {
    command = [request](const Context& context) { return ShowMessages(context, *request); };
  });
}

void AddEdit(CLI::App& program, Command& command) {
  CLI::App* edit = program.add_subcommand("edit", "Give a message another text or attachments");
  auto request = std::make_shared<v1::EditMessageRequest>();
  AddPlaceOptions(*edit, *request);
  edit->add_option_function<std::string>(
      "TEXT",
      [request](const std::string& text) {
        request->set_text(text);
        request->mutable_update_mask()->add_paths("text");
      },
      "The text; before one that begins with -, put --");
  auto* attach = Repeatable(edit->add_option_function<std::vector<std::string>>(
      "--attach",
      [request](const std::vector<std::string>& urls) {
        for (const std::string& url : urls) request->add_attachments()->set_url(url);
        request->mutable_update_mask()->add_paths("attachments");
      },
      "Where a file or picture is that goes with it, instead of those that do; may be given "
      "again"));
  attach->type_name("URL");
  edit->add_flag_function(
          "--no-attachments",
          [request](int64_t) { request->mutable_update_mask()->add_paths("attachments"); },
          "Nothing goes with it any more")
      ->excludes(attach);
  edit->add_option_function<uint64_t>(
          "--expected-edit-seq", [request](uint64_t seq) { request->set_expected_edit_seq(seq); },
          "Only if nobody has edited it since this edit_seq, which `chatter message --json` shows")
      ->check(SequenceNumber())
      ->type_name("SEQ");
  edit->footer(
      "Examples:\n"
      "  chatter edit $ROOM 4711 'Hello, Bob!'\n"
      "  chatter edit $ROOM 4711 'Hello, Bob!' --expected-edit-seq 4711\n"
      "  chatter edit $ROOM 4711 --attach https://files.example/plan.pdf");
  edit->callback([&command, request] {
    command = [request](const Context& context) { return Edit(context, *request); };
  });
}

void AddDelete(CLI::App& program, Command& command) {
  CLI::App* remove = program.add_subcommand("delete", "Erase a message, for all");
  auto request = std::make_shared<v1::DeleteMessageRequest>();
  AddPlaceOptions(*remove, *request);
  remove->footer("Examples:\n  chatter delete $ROOM 4711");
  remove->callback([&command, request] {
    command = [request](const Context& context) {
      return CallAsUser(context, *request, &Client::DeleteMessage, "deleted");
    };
  });
}

}  // namespace

void AddMessageCommands(CLI::App& program, Command& command) {
  AddSend(program, command);
  AddEdit(program, command);
  AddDelete(program, command);
  AddShow(program, command);

  CLI::App* list = program.add_subcommand("messages", "Show messages of a room");
  auto request = std::make_shared<v1::ListMessagesRequest>();
  list->add_option("ROOM", *request->mutable_room_id(), "The room's id")->required();
  auto* before = list->add_option_function<uint64_t>(
      "--before", [request](uint64_t seq) { request->set_before_seq(seq); },
      "The latest before this sequence number");
  before->check(SequenceNumber());
  auto* after = list->add_option_function<uint64_t>(
      "--after", [request](uint64_t seq) { request->set_after_seq(seq); },
      "The earliest after this sequence number");
  after->check(SequenceNumber());
  list->add_option_function<uint64_t>(
          "--around", [request](uint64_t seq) { request->set_around_seq(seq); },
          "Those before and from this sequence number on, about half of each")
      ->check(SequenceNumber())
      ->excludes(before)
      ->excludes(after);
  before->excludes(after);
  list->add_option_function<int32_t>(
          "--limit", [request](int32_t limit) { request->set_page_size(limit); }, "At most so many")
      ->check(CLI::Range(1, 200))
      ->default_str("50");
  auto* thread = list->add_option_function<uint64_t>(
      "--thread", [request](uint64_t seq) { request->set_thread_seq(seq); },
      "Only the replies in this message's thread");
  thread->check(SequenceNumber())->type_name("SEQ");
  list->add_flag_function(
          "--top-level", [request](int64_t) { request->set_top_level_only(true); },
          "Leave out replies in threads")
      ->excludes(thread);
  list->footer(
      "Examples:\n"
      "  chatter messages $ROOM --limit 10\n"
      "  chatter messages $ROOM --thread 4711\n"
      "  chatter messages $ROOM --after 120 --json\n"
      "  chatter messages $ROOM --around 4711");
  list->callback([&command, request] {
    command = [request](const Context& context) { return ListMessages(context, *request); };
  });
}

}  // namespace chatter::client::cli
