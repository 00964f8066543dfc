// Answers each message that somebody else sends in the user's rooms, with the same text.
//
//   CHATTER_ADDRESS=127.0.0.1:50051 CHATTER_TENANT=demo CHATTER_TOKEN=... echo
//
// The token is a session's, or an API key with the user in CHATTER_ON_BEHALF_OF. Where the server
// goes away, the stream resumes by itself when it is back: until this program ends, each message
// gets its answer, and none gets two.
#include <cstdlib>
#include <future>
#include <iostream>
#include <memory>
#include <string>
#include <utility>

#include "chatter/client/chat_stream.h"

namespace {

namespace client = chatter::client;
namespace v1 = chatter::v1;

std::string Environment(const char* name, const char* otherwise = "") {
  const char* value = std::getenv(name);
  return value == nullptr ? otherwise : value;
}

class Echo {
 public:
  // What the stream calls, always from the same thread.
  client::ChatCallbacks Callbacks() {
    client::ChatCallbacks callbacks;
    callbacks.opened = [this](const v1::Opened& opened) { BeginAs(opened.user_id()); };
    callbacks.room_event = [this](const v1::RoomEvent& event) { Answer(event); };
    callbacks.disconnected = [](const absl::Status& status, absl::Duration retry_in) {
      std::cerr << "echo: " << status << ", trying again in " << retry_in << '\n';
    };
    callbacks.ended = [this](const absl::Status& status) { ended_.set_value(status); };
    return callbacks;
  }

  // The callbacks may begin before Create() has returned what they answer with.
  absl::Status Run(std::unique_ptr<client::ChatStream> stream) {
    made_.set_value(stream.get());
    return ended_.get_future().get();
  }

 private:
  void BeginAs(const std::string& user_id) {
    user_id_ = user_id;
    std::cerr << "echo: answering as " << user_id_ << '\n';
  }

  void Answer(const v1::RoomEvent& event) {
    const std::string& text = event.message_sent().text();
    if (text.empty() || event.actor_id() == user_id_) return;
    v1::SendMessage answer;
    answer.set_room_id(event.room_id());
    answer.set_text(text);
    // The same for the same message: whatever is sent twice is stored once.
    answer.set_client_message_id("echo-" + std::to_string(event.seq()));
    const absl::Status taken = stream_.get()->Send(
        std::move(answer), [](const absl::StatusOr<v1::SendMessageResponse>& sent) {
          if (!sent.ok()) std::cerr << "echo: not answered: " << sent.status() << '\n';
        });
    if (!taken.ok()) std::cerr << "echo: not answered: " << taken << '\n';
  }

  std::promise<client::ChatStream*> made_;
  const std::shared_future<client::ChatStream*> stream_ = made_.get_future().share();
  std::promise<absl::Status> ended_;
  std::string user_id_;
};

}  // namespace

int main() {
  client::ChatStreamOptions options;
  options.client.address = Environment("CHATTER_ADDRESS", "127.0.0.1:50051");
  options.client.tenant = Environment("CHATTER_TENANT");
  options.client.token = Environment("CHATTER_TOKEN");
  options.client.on_behalf_of = Environment("CHATTER_ON_BEHALF_OF");

  Echo echo;
  auto stream = client::ChatStream::Create(options, echo.Callbacks());
  const absl::Status status = stream.ok() ? echo.Run(*std::move(stream)) : stream.status();
  // Never OK, as nobody closes the stream.
  std::cerr << "echo: " << status << '\n';
  return 1;
}
