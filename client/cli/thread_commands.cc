#include <CLI/CLI.hpp>
#include <limits>
#include <memory>

#include "absl/strings/str_cat.h"
#include "client/cli/calls.h"
#include "client/cli/commands.h"
#include "client/cli/output.h"
#include "client/cli/sequence_number.h"

namespace chatter::client::cli {
namespace {

// Beyond any reply, and so as good as the latest.
constexpr uint64_t kAllOfIt = std::numeric_limits<int64_t>::max();

absl::Status ListThreads(const Context& context, v1::ListThreadsRequest request) {
  auto client = context.UserClient();
  if (!client.ok()) return client.status();
  request.set_page_size(100);
  const auto all = ListAll(**client, request, &Client::ListThreads);
  if (!all.ok()) return all.status();
  return context.Show(*all, [&] {
    Table table(
        {"ROOM", "THREAD", "REPLIES", "UNREAD", "MENTIONS", "LATEST REPLY", "FIRST MESSAGE"});
    for (const v1::FollowedThread& thread : all->threads()) {
      const v1::Message& root = thread.root();
      table.AddRow({root.room_id(), absl::StrCat(root.seq()),
                    absl::StrCat(root.thread().reply_count()), absl::StrCat(thread.unread_count()),
                    absl::StrCat(thread.unread_mention_count()), FormatTime(thread.last_reply_at()),
                    MessageText(root)});
    }
    table.Print(context.out());
  });
}

absl::Status MarkThreadRead(const Context& context, const v1::MarkThreadReadRequest& request) {
  auto client = context.UserClient();
  if (!client.ok()) return client.status();
  const auto response = (*client)->MarkThreadRead(request);
  if (!response.ok()) return response.status();
  return context.Show(*response, [&] { context.out() << response->read_seq() << "\n"; });
}

template <typename Request>
void AddThreadOptions(CLI::App& app, Request& request) {
  app.add_option("ROOM", *request.mutable_room_id(), "The room's id")->required();
  app.add_option_function<uint64_t>(
         "THREAD", [&request](uint64_t seq) { request.set_thread_seq(seq); },
         "The sequence number of the thread's first message")
      ->check(SequenceNumber())
      ->required();
}

void AddList(CLI::App& thread, Command& command) {
  CLI::App* list = thread.add_subcommand(
      "list", "Show the threads you follow, that with the latest reply first");
  auto request = std::make_shared<v1::ListThreadsRequest>();
  list->add_option("ROOM", *request->mutable_room_id(), "The room's id; default: all rooms");
  list->footer("Examples:\n  chatter thread list\n  chatter thread list $ROOM");
  list->callback([&command, request] {
    command = [request](const Context& context) { return ListThreads(context, *request); };
  });
}

void AddRead(CLI::App& thread, Command& command) {
  CLI::App* read = thread.add_subcommand(
      "read", "Say how far you have read in a thread; prints the last reply that counts as read");
  auto request = std::make_shared<v1::MarkThreadReadRequest>();
  request->set_seq(kAllOfIt);
  AddThreadOptions(*read, *request);
  read->add_option_function<uint64_t>(
          "SEQ", [request = request.get()](uint64_t seq) { request->set_seq(seq); },
          "The last reply that you have read; default: all there are")
      ->check(SequenceNumber());
  read->footer(
      "Examples:\n  chatter thread read $ROOM 4711\n  chatter thread read $ROOM 4711 4720");
  read->callback([&command, request] {
    command = [request](const Context& context) { return MarkThreadRead(context, *request); };
  });
}

template <typename Request, typename Response>
void AddChoice(CLI::App& thread, Command& command, const std::string& name, const std::string& what,
               Method<Request, Response> method, const char* done) {
  CLI::App* choice = thread.add_subcommand(name, what);
  auto request = std::make_shared<Request>();
  AddThreadOptions(*choice, *request);
  choice->footer(absl::StrCat("Examples:\n  chatter thread ", name, " $ROOM 4711"));
  choice->callback([&command, request, method, done] {
    command = [request, method, done](const Context& context) {
      return CallAsUser(context, *request, method, done);
    };
  });
}

}  // namespace

void AddThreadCommands(CLI::App& program, Command& command) {
  CLI::App* thread = program.add_subcommand("thread", "Threads that you follow");
  thread->require_subcommand(1);
  AddList(*thread, command);
  AddRead(*thread, command);
  AddChoice(*thread, command, "follow", "Follow a thread", &Client::FollowThread, "followed");
  AddChoice(*thread, command, "unfollow", "Follow a thread no more", &Client::UnfollowThread,
            "unfollowed");
}

}  // namespace chatter::client::cli
