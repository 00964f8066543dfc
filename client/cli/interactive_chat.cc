#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
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
#include "client/cli/line_editor.h"
#include "client/cli/mailbox.h"
#include "client/cli/output.h"
#include "client/cli/read_marker.h"
#include "client/cli/report.h"
#include "client/cli/terminal.h"
#include "common/steady_time.h"

namespace chatter::client::cli {
namespace {

constexpr int kHistory = 20;
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
        screen_({[&terminal](std::string_view bytes) { terminal.Write(bytes); },
                 [&terminal] { return terminal.Width(); }}),
        read_marker_([this](uint64_t seq) { return stream_->MarkRead(room_.id(), seq); }) {}

  absl::Status Run(const ClientOptions& options, const v1::ListMessagesResponse& history);

 private:
  ChatCallbacks MakeCallbacks();
  void WaitForInput();
  void ReadKeys();
  void OnKey(LineEditor::Result key);
  void SendLine();
  void NoticeTyping();
  void Leave();

  void Show(const v1::ListMessagesResponse& messages);
  void OnEvent(const v1::RoomEvent& event);
  void OnReset(const v1::Reset& reset);
  void OnOpened();
  void OnDisconnected(const absl::Status& status);
  void OnAnswer(const absl::Status& status);

  const v1::Room& room_;
  Client& client_;
  ChatScreen screen_;
  ReadMarker read_marker_;
  LineEditor editor_;
  Mailbox mailbox_;
  ChatStream* stream_ = nullptr;  // Run()'s
  int unanswered_ = 0;
  bool connected_ = true;  // until told otherwise, so that the first time isn't news
  bool leaving_ = false;
  std::optional<SteadyTime> typing_told_;  // when the others were last told
  std::optional<absl::Status> result_;
};

absl::Status InteractiveChat::Run(const ClientOptions& client_options,
                                  const v1::ListMessagesResponse& history) {
  screen_.Print(absl::StrCat("* ", absl::StrJoin(room_.user_ids(), ", "), " (Ctrl-D leaves)"));
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

void InteractiveChat::Show(const v1::ListMessagesResponse& messages) {
  for (const v1::Message& message : messages.messages()) {
    screen_.Print(Line(message.created_at(), MessageText(message)));
    read_marker_.OnShown(message.seq());
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
  std::array<pollfd, 2> waited = {{{STDIN_FILENO, POLLIN, 0}, {mailbox_.fd(), POLLIN, 0}}};
  int timeout = -1;
  const SteadyTime deadline = std::min(screen_.NextDeadline(), read_marker_.NextDeadline());
  if (deadline != SteadyTime::InfiniteFuture()) {
    const int64_t left = absl::ToInt64Milliseconds(deadline - SteadyTime::Now()) + 1;
    timeout = static_cast<int>(std::max<int64_t>(left, 0));
  }
  poll(waited.data(), waited.size(), timeout);
  screen_.OnTimer(SteadyTime::Now());
  read_marker_.OnTimer(SteadyTime::Now());
  mailbox_.Run();
  if (waited[0].revents != 0) ReadKeys();
}

void InteractiveChat::ReadKeys() {
  std::array<char, 4096> bytes;
  const ssize_t count = read(STDIN_FILENO, bytes.data(), bytes.size());
  if (count <= 0) {
    result_ = absl::OkStatus();  // the terminal is gone
    return;
  }
  for (const char byte : std::string_view(bytes.data(), static_cast<size_t>(count))) {
    OnKey(editor_.Feed(byte));
  }
  screen_.SetInput(editor_.text());
}

void InteractiveChat::OnKey(LineEditor::Result key) {
  switch (key) {
    case LineEditor::Result::kNothing:
      return;
    case LineEditor::Result::kChanged:
      return NoticeTyping();
    case LineEditor::Result::kSubmit:
      return SendLine();
    case LineEditor::Result::kQuit:
      return Leave();
  }
}

void InteractiveChat::SendLine() {
  const std::string line = editor_.TakeLine();
  if (line.empty()) return;
  typing_told_.reset();  // the message itself tells that it is over
  const absl::Status taken = stream_->Send(
      room_.id(), line, [this](const absl::StatusOr<v1::SendMessageResponse>& response) {
        mailbox_.Post([this, status = response.status()] { OnAnswer(status); });
      });
  if (taken.ok()) {
    ++unanswered_;
  } else {
    screen_.Print(absl::StrCat("* not sent: ", ErrorText(taken)));
  }
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

// At once, unless messages are on their way; then with the last answer, or when asked again.
void InteractiveChat::Leave() {
  if (unanswered_ == 0 || leaving_) {
    result_ = absl::OkStatus();
    return;
  }
  leaving_ = true;
  screen_.Print("* leaving as soon as your messages are stored; Ctrl-C doesn't wait");
}

void InteractiveChat::OnEvent(const v1::RoomEvent& event) {
  if (event.has_message_sent()) screen_.SetTyping(event.actor_id(), false, SteadyTime::Now());
  screen_.Print(Line(event.created_at(), EventText(event)));
  read_marker_.OnShown(event.seq());
}

// What is on the screen may not be in the log any more.
void InteractiveChat::OnReset(const v1::Reset& reset) {
  screen_.Print("* the room's log isn't what it was; these are its latest messages:");
  v1::ListMessagesRequest request;
  request.set_room_id(room_.id());
  request.set_page_size(kHistory);
  request.set_before_seq(reset.next_seq());
  const auto latest = client_.ListMessages(request);
  if (latest.ok()) return Show(*latest);
  screen_.Print(absl::StrCat("* not loaded: ", ErrorText(latest.status())));
}

void InteractiveChat::OnOpened() {
  if (!connected_) screen_.Print("* connected again");
  connected_ = true;
  read_marker_.OnConnected();
}

void InteractiveChat::OnDisconnected(const absl::Status& status) {
  if (connected_) {
    screen_.Print(absl::StrCat("* connection lost (", ErrorText(status), "), trying again"));
  }
  connected_ = false;
}

void InteractiveChat::OnAnswer(const absl::Status& status) {
  --unanswered_;
  if (!status.ok()) screen_.Print(absl::StrCat("* not sent: ", ErrorText(status)));
  if (leaving_ && unanswered_ == 0 && !result_.has_value()) result_ = absl::OkStatus();
}

}  // namespace

absl::Status RunInteractiveChat(const Context& context, const v1::Room& room) {
  const auto options = context.UserOptions();
  if (!options.ok()) return options.status();
  auto client = context.UserClient();
  if (!client.ok()) return client.status();
  v1::ListMessagesRequest request;
  request.set_room_id(room.id());
  request.set_page_size(kHistory);
  const auto history = (*client)->ListMessages(request);
  if (!history.ok()) return history.status();
  const auto terminal = RawTerminal::Create();
  if (!terminal.ok()) return terminal.status();
  return InteractiveChat(room, **client, **terminal).Run(*options, *history);
}

}  // namespace chatter::client::cli
