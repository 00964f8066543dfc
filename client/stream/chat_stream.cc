#include "chatter/client/chat_stream.h"

#include <string>
#include <utility>

#include "client/base/utf8.h"
#include "client/base/uuid.h"
#include "client/calls/channel.h"
#include "client/stream/chat_engine.h"

namespace chatter::client {
namespace {

// The server's bounds: what breaks them would end the chat when it is opened anew.
constexpr size_t kMaxWatched = 200;
constexpr size_t kMaxUserIdBytes = 600;

bool IsUserId(std::string_view text) {
  return !text.empty() && text.size() <= kMaxUserIdBytes && IsValidUtf8(text) &&
         !HasControlCharacters(text);
}

}  // namespace

absl::StatusOr<std::unique_ptr<ChatStream>> ChatStream::Create(const ChatStreamOptions& options,
                                                               ChatCallbacks callbacks) {
  auto channel = MakeChannel(options.client);
  if (!channel.ok()) return channel.status();
  return std::unique_ptr<ChatStream>(new ChatStream(
      std::make_unique<ChatEngine>(*std::move(channel), options, std::move(callbacks))));
}

ChatStream::ChatStream(std::unique_ptr<ChatEngine> engine) : engine_(std::move(engine)) {}

ChatStream::~ChatStream() = default;

absl::Status ChatStream::Send(std::string_view room_id, std::string_view text,
                              SendCallback callback) {
  v1::SendMessage message;
  message.set_room_id(std::string(room_id));
  message.set_text(std::string(text));
  return Send(std::move(message), std::move(callback));
}

absl::Status ChatStream::Send(v1::SendMessage message, SendCallback callback) {
  if (message.client_message_id().empty()) message.set_client_message_id(MakeUuid());
  return engine_->Send(std::move(message), std::move(callback));
}

void ChatStream::SetTyping(std::string_view room_id, bool active) {
  engine_->SetTyping(room_id, active);
}

bool ChatStream::MarkRead(std::string_view room_id, uint64_t seq) {
  return engine_->MarkRead(room_id, seq);
}

absl::Status ChatStream::WatchPresence(std::vector<std::string> user_ids) {
  if (user_ids.size() > kMaxWatched) {
    return absl::InvalidArgumentError("up to 200 users can be watched");
  }
  for (const std::string& user_id : user_ids) {
    if (!IsUserId(user_id)) {
      return absl::InvalidArgumentError(
          "a user id must be 1 to 600 bytes of UTF-8 without control characters");
    }
  }
  engine_->WatchPresence(std::move(user_ids));
  return absl::OkStatus();
}

absl::Status ChatStream::SetPresence(v1::PresenceStatus status) {
  if (status != v1::PRESENCE_STATUS_ONLINE && status != v1::PRESENCE_STATUS_AWAY) {
    return absl::InvalidArgumentError("the presence must be ONLINE or AWAY");
  }
  engine_->SetPresence(status);
  return absl::OkStatus();
}

Cursors ChatStream::cursors() const { return engine_->cursors(); }

void ChatStream::Close() { engine_->Close(); }

}  // namespace chatter::client
