#include <poll.h>
#include <unistd.h>

#include <array>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "chatter/client/chat_stream.h"
#include "client/cli/chat_modes.h"
#include "client/cli/mailbox.h"
#include "client/cli/output.h"
#include "client/cli/report.h"
#include "client/cli/terminal_text.h"

namespace chatter::client::cli {
namespace {

constexpr int kMaxUnanswered = 200;
constexpr size_t kMaxLineBytes = 1 << 20;  // where reading gives up; the server's bound is lower

// All on the main thread, but for the stream's callbacks, which post to the mailbox.
class PipedChat {
 public:
  PipedChat(const Context& context, const v1::Room& room) : context_(context), room_(room) {}

  absl::Status Run(const ClientOptions& client_options);

 private:
  ChatCallbacks MakeCallbacks();
  bool Done() const { return over_ || (input_ended_ && unanswered_ == 0); }
  void WaitForWork();
  void ReadInput();
  void SendLines();
  void Send(const std::string& line);
  void OnEvent(const v1::RoomEvent& event);
  void OnReset(const v1::Reset& reset);
  void Fail(const absl::Status& status);
  void OnDisconnected(const absl::Status& status);

  const Context& context_;
  const v1::Room& room_;
  Mailbox mailbox_;
  ChatStream* stream_ = nullptr;  // Run()'s
  std::string input_;             // read, but not sent
  bool input_ended_ = false;
  int unanswered_ = 0;
  bool over_ = false;
  bool connected_ = true;  // as far as was told
  absl::Status result_;
};

absl::Status PipedChat::Run(const ClientOptions& client_options) {
  ChatStreamOptions options;
  options.client = client_options;
  options.session.cursors[room_.id()] = room_.head_seq();
  const auto stream = ChatStream::Create(options, MakeCallbacks());
  if (!stream.ok()) return UsageError(std::string(stream.status().message()));
  stream_ = stream->get();
  while (!Done()) WaitForWork();
  mailbox_.Stop();
  return result_;
}

ChatCallbacks PipedChat::MakeCallbacks() {
  ChatCallbacks callbacks;
  callbacks.room_event = [this](const v1::RoomEvent& event) {
    if (event.room_id() == room_.id()) mailbox_.Post([this, event] { OnEvent(event); });
  };
  callbacks.reset = [this](const v1::Reset& reset) {
    if (reset.room_id() == room_.id()) mailbox_.Post([this, reset] { OnReset(reset); });
  };
  callbacks.opened = [this](const v1::Opened&) { mailbox_.Post([this] { connected_ = true; }); };
  callbacks.disconnected = [this](const absl::Status& status, absl::Duration) {
    mailbox_.Post([this, status] { OnDisconnected(status); });
  };
  callbacks.ended = [this](const absl::Status& status) {
    mailbox_.Post([this, status] {
      over_ = true;
      Fail(status);
    });
  };
  return callbacks;
}

void PipedChat::WaitForWork() {
  const bool reads = !input_ended_ && unanswered_ < kMaxUnanswered;
  std::array<pollfd, 2> waited = {
      {{reads ? STDIN_FILENO : -1, POLLIN, 0}, {mailbox_.fd(), POLLIN, 0}}};
  poll(waited.data(), waited.size(), -1);
  mailbox_.Run();
  if (waited[0].revents != 0) ReadInput();
  SendLines();
}

void PipedChat::ReadInput() {
  std::array<char, 65'536> bytes;
  const ssize_t count = read(STDIN_FILENO, bytes.data(), bytes.size());
  if (count > 0) {
    input_.append(bytes.data(), static_cast<size_t>(count));
    return;
  }
  input_ended_ = true;
  if (!input_.empty() && input_.back() != '\n') input_ += '\n';
}

void PipedChat::SendLines() {
  size_t begin = 0;
  for (size_t end = input_.find('\n'); end != std::string::npos; end = input_.find('\n', begin)) {
    if (unanswered_ >= kMaxUnanswered) break;
    Send(input_.substr(begin, end - begin));
    begin = end + 1;
  }
  input_.erase(0, begin);
  if (input_.size() > kMaxLineBytes) {
    Fail(absl::InvalidArgumentError("a line of the input is far longer than a message may be"));
    over_ = true;
  }
}

void PipedChat::Send(const std::string& line) {
  if (line.empty()) return;
  const absl::Status taken = stream_->Send(
      room_.id(), line, [this](const absl::StatusOr<v1::SendMessageResponse>& response) {
        mailbox_.Post([this, status = response.status()] {
          --unanswered_;
          Fail(status);
        });
      });
  if (taken.ok()) {
    ++unanswered_;
  } else {
    Fail(taken);
  }
}

void PipedChat::OnEvent(const v1::RoomEvent& event) {
  if (!context_.json()) {
    context_.out() << FormatEvent(event) << std::endl;
  } else if (const absl::Status status = PrintJson(event, context_.out()); !status.ok()) {
    Fail(status);
  }
}

void PipedChat::OnReset(const v1::Reset& reset) {
  context_.err() << "chatter: the room's log isn't what it was, and goes on with "
                 << reset.next_seq() << "; `chatter tail ROOM --from " << room_.head_seq() + 1
                 << "` prints it anew" << std::endl;
}

void PipedChat::OnDisconnected(const absl::Status& status) {
  if (connected_ && !context_.json()) {
    context_.err() << "chatter: connection lost (" << ErrorText(status) << "), trying again"
                   << std::endl;
  }
  connected_ = false;
}

void PipedChat::Fail(const absl::Status& status) { result_.Update(status); }

}  // namespace

absl::Status RunPipedChat(const Context& context, const v1::Room& room) {
  const auto options = context.UserOptions();
  if (!options.ok()) return options.status();
  return PipedChat(context, room).Run(*options);
}

}  // namespace chatter::client::cli
