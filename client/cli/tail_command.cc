#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "chatter/client/chat_stream.h"
#include "client/cli/commands.h"
#include "client/cli/mailbox.h"
#include "client/cli/output.h"
#include "client/cli/report.h"
#include "client/cli/sequence_number.h"
#include "client/cli/terminal_text.h"

namespace chatter::client::cli {
namespace {

struct TailArguments {
  std::string room_id;
  std::optional<uint64_t> from;
  std::optional<uint64_t> count;
};

// Prints one room's events as they come. All on the main thread, but for the callbacks, which post.
class Tail {
 public:
  Tail(const Context& context, const TailArguments& arguments)
      : context_(context), arguments_(arguments) {}

  absl::Status Run();

 private:
  // The room's head; also tells whether there is such a room, before a stream is opened for it.
  absl::StatusOr<uint64_t> Head() const;
  ChatCallbacks MakeCallbacks();
  void OnEvent(const v1::RoomEvent& event);
  void Print(const v1::RoomEvent& event);
  void OnReset(const v1::Reset& reset);
  void OnOpened(const v1::Opened& opened);
  void OnDisconnected(const absl::Status& status);
  // Whether the event takes the user out, who hasn't come back since.
  bool IsOut(const v1::RoomEvent& event) const;
  // For people only.
  void Tell(const std::string& news) const;
  void Finish(const absl::Status& status);

  const Context& context_;
  const TailArguments& arguments_;
  std::unique_ptr<Mailbox> mailbox_;  // the stream's
  std::string user_id_;               // as `opened` says
  uint64_t first_ = 0;                // what comes before it isn't printed
  uint64_t begin_after_ = 0;          // is in the log
  bool begins_anew_ = false;          // with another stream
  uint64_t printed_ = 0;
  bool connected_ = true;  // until told otherwise, so that the first time isn't news
  std::optional<absl::Status> result_;
};

absl::Status Tail::Run() {
  const auto head = Head();
  if (!head.ok()) return head.status();
  auto client_options = context_.UserOptions();
  if (!client_options.ok()) return client_options.status();

  first_ = arguments_.from.value_or(*head + 1);
  begin_after_ = std::min(first_ - 1, *head);
  if (begin_after_ + 1 < first_) {
    context_.err() << "chatter: the room's log ends with " << *head << " so far: waiting for "
                   << first_ << std::endl;
  }
  ChatStreamOptions options;
  options.client = *std::move(client_options);
  while (!result_.has_value()) {
    begins_anew_ = false;
    mailbox_ = std::make_unique<Mailbox>();
    options.session.cursors[arguments_.room_id] = begin_after_;
    const auto stream = ChatStream::Create(options, MakeCallbacks());
    if (!stream.ok()) return UsageError(std::string(stream.status().message()));
    while (!result_.has_value() && !begins_anew_) mailbox_->WaitAndRun();
    mailbox_->Stop();  // what the stream still says is of no interest
  }
  return *result_;
}

// What was printed may not be in the log any more, and what is in it instead may have the same
// numbers.
void Tail::OnReset(const v1::Reset& reset) {
  if (result_.has_value() || begins_anew_) return;
  begin_after_ = std::min(begin_after_, reset.next_seq() - 1);
  begin_after_ = std::max(begin_after_, reset.min_seq() - 1);
  context_.err() << "chatter: the room's log isn't what it was: printing it anew from "
                 << std::max(first_, begin_after_ + 1) << std::endl;
  begins_anew_ = true;
}

absl::StatusOr<uint64_t> Tail::Head() const {
  auto client = context_.UserClient();
  if (!client.ok()) return client.status();
  v1::GetRoomRequest request;
  request.set_room_id(arguments_.room_id);
  request.mutable_read_mask()->add_paths("head_seq");
  const auto response = (*client)->GetRoom(request);
  if (!response.ok()) return response.status();
  return response->room().head_seq();
}

ChatCallbacks Tail::MakeCallbacks() {
  ChatCallbacks callbacks;
  callbacks.opened = [this](const v1::Opened& opened) {
    mailbox_->Post([this, opened] { OnOpened(opened); });
  };
  callbacks.room_event = [this](const v1::RoomEvent& event) {
    if (event.room_id() == arguments_.room_id) mailbox_->Post([this, event] { OnEvent(event); });
  };
  callbacks.reset = [this](const v1::Reset& reset) {
    if (reset.room_id() == arguments_.room_id) mailbox_->Post([this, reset] { OnReset(reset); });
  };
  callbacks.disconnected = [this](const absl::Status& status, absl::Duration) {
    mailbox_->Post([this, status] { OnDisconnected(status); });
  };
  callbacks.ended = [this](const absl::Status& status) {
    mailbox_->Post([this, status] { Finish(status); });
  };
  return callbacks;
}

void Tail::OnEvent(const v1::RoomEvent& event) {
  if (result_.has_value() || begins_anew_) return;
  if (event.seq() >= first_) Print(event);
  if (printed_ == arguments_.count) return Finish(absl::OkStatus());
  if (event.has_room_deleted()) return Finish(absl::NotFoundError("the room was deleted"));
  if (IsOut(event)) Finish(absl::NotFoundError("you aren't in that room any more"));
}

void Tail::Print(const v1::RoomEvent& event) {
  if (context_.json()) {
    if (absl::Status status = PrintJson(event, context_.out()); !status.ok()) Finish(status);
  } else {
    context_.out() << FormatEvent(event) << std::endl;
  }
  if (!context_.out().good()) Finish(absl::InternalError("can't write to standard output"));
  ++printed_;
}

bool Tail::IsOut(const v1::RoomEvent& event) const {
  const auto& removed = event.members_removed().user_ids();
  return std::find(removed.begin(), removed.end(), user_id_) != removed.end() &&
         absl::IsNotFound(Head().status());
}

void Tail::OnOpened(const v1::Opened& opened) {
  user_id_ = opened.user_id();
  for (const std::string& room_id : opened.unknown_room_ids()) {
    if (room_id == arguments_.room_id) {
      Finish(absl::NotFoundError("you aren't in that room any more"));
    }
  }
  if (!connected_) Tell("connected again");
  connected_ = true;
}

void Tail::OnDisconnected(const absl::Status& status) {
  if (connected_) {
    Tell(absl::StrCat("connection lost (", ErrorText(status), "), trying again"));
  }
  connected_ = false;
}

void Tail::Tell(const std::string& news) const {
  if (!context_.json()) context_.err() << "chatter: " << Sanitize(news) << std::endl;
}

void Tail::Finish(const absl::Status& status) {
  if (!result_.has_value()) result_ = status;
}

}  // namespace

void AddTailCommand(CLI::App& program, Command& command) {
  CLI::App* tail = program.add_subcommand("tail", "Print a room's events as they come");
  auto arguments = std::make_shared<TailArguments>();
  tail->add_option("ROOM", arguments->room_id, "The room's id")->required();
  tail->add_option("--from", arguments->from,
                   "Begin with this sequence number; 1: all of the log; default: what comes now")
      ->check(SequenceNumber())
      ->check(CLI::Range(uint64_t{1}, uint64_t{1} << 62));
  tail->add_option("--count", arguments->count, "End after so many events")
      ->check(CLI::Range(uint64_t{1}, uint64_t{1} << 62));
  tail->footer(
      "Goes on when the connection is lost, and misses nothing. Where the log has gone back (the "
      "server's database\nwas restored), says so and prints it anew.\n\n"
      "Examples:\n"
      "  chatter tail $ROOM\n"
      "  chatter tail $ROOM --from 1 --json > log.jsonl");
  tail->callback([&command, arguments] {
    command = [arguments](const Context& context) { return Tail(context, *arguments).Run(); };
  });
}

}  // namespace chatter::client::cli
