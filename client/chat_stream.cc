#include "client/chat_stream.h"

#include <utility>

#include "client/channel.h"
#include "client/chat_engine.h"
#include "client/uuid.h"

namespace chatter::client {

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
  return Send(room_id, text, MakeUuid(), std::move(callback));
}

absl::Status ChatStream::Send(std::string_view room_id, std::string_view text,
                              std::string_view client_message_id, SendCallback callback) {
  return engine_->Send(room_id, text, client_message_id, std::move(callback));
}

void ChatStream::SetTyping(std::string_view room_id, bool active) {
  engine_->SetTyping(room_id, active);
}

bool ChatStream::MarkRead(std::string_view room_id, uint64_t seq) {
  return engine_->MarkRead(room_id, seq);
}

Cursors ChatStream::cursors() const { return engine_->cursors(); }

void ChatStream::Close() { engine_->Close(); }

}  // namespace chatter::client
