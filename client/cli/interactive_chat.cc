#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "chatter/client/chat_stream.h"
#include "chatter/client/client.h"
#include "client/base/proto_time.h"
#include "client/cli/chat_modes.h"
#include "client/cli/chat_screen.h"
#include "client/cli/keys.h"
#include "client/cli/line_editor.h"
#include "client/cli/mailbox.h"
#include "client/cli/output.h"
#include "client/cli/read_marker.h"
#include "client/cli/report.h"
#include "client/cli/terminal.h"
#include "common/steady_time.h"

namespace chatter::client::cli {
namespace {

constexpr int kPage = 20;  // how many messages are shown at a time
constexpr absl::Duration kTypingEvery = absl::Seconds(4);

std::string Line(const google::protobuf::Timestamp& time, const std::string& what) {
  return absl::StrCat(absl::FormatTime("%H:%M ", ToAbslTime(time), absl::LocalTimeZone()), what);
}

// All on the main thread, but for the stream's callbacks, which post to the mailbox.
class InteractiveChat {
 public:
  InteractiveChat(const v1::Room& room, Client& client, const RawTerminal& terminal)
      : room_(room),
        client_(client),
        terminal_(terminal),
        screen_({[&terminal](std::string_view bytes) { terminal.Write(bytes); },
                 [&terminal] { return terminal.Width(); }}),
        read_marker_([this](uint64_t seq) { return stream_->MarkRead(room_.id(), seq); }) {}

  absl::Status Run(const ClientOptions& options, const v1::ListMessagesResponse& history);

 private:
  ChatCallbacks MakeCallbacks();
  void WaitForInput();
  void ReadKeys();
  void OnKey(const Key& key);
  void Edit(const Key& key);
  void SendLine();
  void NoticeTyping();
  void Leave();

  absl::StatusOr<v1::ListMessagesResponse> MessagesBefore(uint64_t seq);
  void Show(const v1::ListMessagesResponse& messages);
  void ShowOlder();
  void OnEvent(const v1::RoomEvent& event);
  void OnReset(const v1::Reset& reset);
  void OnOpened();
  void OnDisconnected(const absl::Status& status);
  void OnAnswer(uint64_t number, const absl::Status& status);

  const v1::Room& room_;
  Client& client_;
  const RawTerminal& terminal_;
  ChatScreen screen_;
  ReadMarker read_marker_;
  KeyReader keys_;
  LineEditor editor_;
  Mailbox mailbox_;
  ChatStream* stream_ = nullptr;  // Run()'s
  uint64_t oldest_seq_ = 0;       // of the messages shown; without any, of the next
  uint64_t sent_ = 0;             // numbers what is sent
  ChatScreen::Waiting waiting_;   // what isn't answered, by that number
  bool connected_ = true;         // until told otherwise, so that the first time isn't news
  bool leaving_ = false;
  std::optional<SteadyTime> typing_told_;  // when the others were last told
  std::optional<absl::Status> result_;
};

absl::Status InteractiveChat::Run(const ClientOptions& client_options,
                                  const v1::ListMessagesResponse& history) {
  screen_.Print(absl::StrCat("* ", absl::StrJoin(room_.user_ids(), ", "),
                             " (PageUp shows older messages, Ctrl-D leaves)"));
  oldest_seq_ = room_.head_seq() + 1;
  Show(history);
  ChatStreamOptions options;
  options.client = client_options;
  options.session.cursors[room_.id()] =
      history.messages().empty() ? room_.head_seq() : history.messages().rbegin()->seq();
  const auto stream = ChatStream::Create(options, MakeCallbacks());
  if (!stream.ok()) return UsageError(std::string(stream.status().message()));
  stream_ = stream->get();
  while (!result_.has_value()) WaitForInput();
  mailbox_.Stop();
  screen_.Finish();
  return *result_;
}

absl::StatusOr<v1::ListMessagesResponse> InteractiveChat::MessagesBefore(uint64_t seq) {
  v1::ListMessagesRequest request;
  request.set_room_id(room_.id());
  request.set_page_size(kPage);
  request.set_before_seq(seq);
  return client_.ListMessages(request);
}

void InteractiveChat::Show(const v1::ListMessagesResponse& messages) {
  if (!messages.messages().empty()) oldest_seq_ = messages.messages(0).seq();
  for (const v1::Message& message : messages.messages()) {
    screen_.Print(Line(message.created_at(), MessageText(message)));
    read_marker_.OnShown(message.seq());
  }
}

// Below what is there, as a terminal's lines can't be moved.
void InteractiveChat::ShowOlder() {
  const auto older = MessagesBefore(oldest_seq_);
  if (!older.ok()) {
    screen_.Print(absl::StrCat("* not loaded: ", ErrorText(older.status())));
  } else if (older->messages().empty()) {
    screen_.Print("* there are no older messages");
  } else {
    screen_.Print(
        absl::StrCat("* older messages, from ",
                     absl::FormatTime("%Y-%m-%d %H:%M", ToAbslTime(older->messages(0).created_at()),
                                      absl::LocalTimeZone()),
                     ":"));
    Show(*older);
    screen_.Print("* end of the older messages");
  }
}

ChatCallbacks InteractiveChat::MakeCallbacks() {
  ChatCallbacks callbacks;
  callbacks.opened = [this](const v1::Opened&) { mailbox_.Post([this] { OnOpened(); }); };
  callbacks.room_event = [this](const v1::RoomEvent& event) {
    if (event.room_id() == room_.id()) mailbox_.Post([this, event] { OnEvent(event); });
  };
  callbacks.reset = [this](const v1::Reset& reset) {
    if (reset.room_id() == room_.id()) mailbox_.Post([this, reset] { OnReset(reset); });
  };
  callbacks.typing = [this](const v1::TypingNotice& notice) {
    if (notice.room_id() != room_.id()) return;
    mailbox_.Post([this, notice] {
      screen_.SetTyping(notice.user_id(), notice.active(), SteadyTime::Now());
    });
  };
  callbacks.disconnected = [this](const absl::Status& status, absl::Duration) {
    mailbox_.Post([this, status] { OnDisconnected(status); });
  };
  callbacks.ended = [this](const absl::Status& status) {
    mailbox_.Post([this, status] { result_ = status; });
  };
  return callbacks;
}

void InteractiveChat::WaitForInput() {
  std::array<pollfd, 3> waited = {
      {{STDIN_FILENO, POLLIN, 0}, {mailbox_.fd(), POLLIN, 0}, {terminal_.changed_fd(), POLLIN, 0}}};
  int timeout = -1;
  const SteadyTime deadline = std::min(screen_.NextDeadline(), read_marker_.NextDeadline());
  if (deadline != SteadyTime::InfiniteFuture()) {
    const int64_t left = absl::ToInt64Milliseconds(deadline - SteadyTime::Now()) + 1;
    timeout = static_cast<int>(std::max<int64_t>(left, 0));
  }
  poll(waited.data(), waited.size(), timeout);
  if (waited[2].revents != 0) {
    terminal_.Resume();
    screen_.DrawAnew();
  }
  screen_.OnTimer(SteadyTime::Now());
  read_marker_.OnTimer(SteadyTime::Now());
  mailbox_.Run();
  if (waited[0].revents != 0) ReadKeys();
}

void InteractiveChat::ReadKeys() {
  std::array<char, 4096> bytes;
  const ssize_t count = read(STDIN_FILENO, bytes.data(), bytes.size());
  if (count < 0 && errno == EINTR) return;
  if (count <= 0) {
    result_ = absl::OkStatus();  // the terminal is gone
    return;
  }
  for (const Key& key : keys_.Read({bytes.data(), static_cast<size_t>(count)})) OnKey(key);
  screen_.SetInput(editor_.text(), editor_.cursor());
}

void InteractiveChat::OnKey(const Key& key) {
  switch (key.kind) {
    case Key::Kind::kEnter:
      return SendLine();
    case Key::Kind::kInterrupt:
      return Leave();
    case Key::Kind::kEndOfInput:
      return editor_.text().empty() ? Leave() : Edit({Key::Kind::kDelete});
    case Key::Kind::kPageUp:
      return ShowOlder();
    case Key::Kind::kRedraw:
      return screen_.DrawAnew();
    default:
      return Edit(key);
  }
}

void InteractiveChat::Edit(const Key& key) {
  switch (editor_.Press(key)) {
    case LineEditor::Result::kNothing:
      return;
    case LineEditor::Result::kChanged:
      return NoticeTyping();
    case LineEditor::Result::kFull:
      return screen_.Print(
          absl::StrCat("* a message may have ", LineEditor::kMaxBytes, " bytes: not taken"));
  }
}

void InteractiveChat::SendLine() {
  const std::string line = editor_.TakeLine();
  if (line.empty()) return;
  typing_told_.reset();  // the message itself tells that it is over
  const uint64_t number = ++sent_;
  const absl::Status taken = stream_->Send(
      room_.id(), line, [this, number](const absl::StatusOr<v1::SendMessageResponse>& response) {
        mailbox_.Post([this, number, status = response.status()] { OnAnswer(number, status); });
      });
  if (!taken.ok()) return screen_.Print(absl::StrCat("* not sent: ", ErrorText(taken)));
  waiting_[number] = line;
  screen_.SetWaiting(waiting_, connected_);
}

void InteractiveChat::NoticeTyping() {
  const SteadyTime now = SteadyTime::Now();
  if (editor_.text().empty()) {
    if (typing_told_.has_value()) stream_->SetTyping(room_.id(), false);
    typing_told_.reset();
  } else if (!typing_told_.has_value() || now - *typing_told_ >= kTypingEvery) {
    stream_->SetTyping(room_.id(), true);
    typing_told_ = now;
  }
}

// At once, unless messages aren't stored yet; then with the last of them, or when asked again, and
// not without a word.
void InteractiveChat::Leave() {
  if (waiting_.empty()) {
    result_ = absl::OkStatus();
  } else if (!leaving_) {
    leaving_ = true;
    screen_.Print(waiting_.size() == 1
                      ? "* 1 message isn't stored yet: leaving when it is; Ctrl-C gives it up"
                      : absl::StrCat("* ", waiting_.size(),
                                     " messages aren't stored yet: leaving "
                                     "when they are; Ctrl-C gives them up"));
  } else {
    for (const auto& [number, text] : waiting_) screen_.Print(absl::StrCat("* given up: ", text));
    result_ = absl::AbortedError(
        "left before it was known whether the messages that were given up are stored");
  }
}

void InteractiveChat::OnEvent(const v1::RoomEvent& event) {
  if (event.has_message_sent()) screen_.SetTyping(event.actor_id(), false, SteadyTime::Now());
  screen_.Print(Line(event.created_at(), EventText(event)));
  read_marker_.OnShown(event.seq());
}

// What is on the screen may not be in the log any more.
void InteractiveChat::OnReset(const v1::Reset& reset) {
  screen_.Print("* the room's log isn't what it was; these are its latest messages:");
  oldest_seq_ = reset.next_seq();
  const auto latest = MessagesBefore(oldest_seq_);
  if (latest.ok()) return Show(*latest);
  screen_.Print(absl::StrCat("* not loaded: ", ErrorText(latest.status())));
}

void InteractiveChat::OnOpened() {
  if (!connected_) screen_.Print("* connected again");
  connected_ = true;
  screen_.SetWaiting(waiting_, connected_);
  read_marker_.OnConnected();
}

void InteractiveChat::OnDisconnected(const absl::Status& status) {
  if (connected_) {
    screen_.Print(absl::StrCat("* connection lost (", ErrorText(status), "), trying again"));
  }
  connected_ = false;
  screen_.SetWaiting(waiting_, connected_);
}

void InteractiveChat::OnAnswer(uint64_t number, const absl::Status& status) {
  const auto sent = waiting_.extract(number);
  screen_.SetWaiting(waiting_, connected_);
  if (!status.ok()) {
    screen_.Print(absl::StrCat("* not sent (", ErrorText(status), "): ", sent.mapped()));
  }
  if (leaving_ && waiting_.empty() && !result_.has_value()) result_ = absl::OkStatus();
}

}  // namespace

absl::Status RunInteractiveChat(const Context& context, const v1::Room& room) {
  const auto options = context.UserOptions();
  if (!options.ok()) return options.status();
  auto client = context.UserClient();
  if (!client.ok()) return client.status();
  v1::ListMessagesRequest request;
  request.set_room_id(room.id());
  request.set_page_size(kPage);
  const auto history = (*client)->ListMessages(request);
  if (!history.ok()) return history.status();
  const auto terminal = RawTerminal::Create();
  if (!terminal.ok()) return terminal.status();
  return InteractiveChat(room, **client, **terminal).Run(*options, *history);
}

}  // namespace chatter::client::cli
