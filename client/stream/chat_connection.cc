#include "client/stream/chat_connection.h"

#include "client/calls/channel.h"

namespace chatter::client {

std::unique_ptr<ChatConnection> ChatConnection::Start(v1::ChatService::StubInterface& stub,
                                                      const ClientOptions& caller,
                                                      v1::ChatRequest open, Post post) {
  std::unique_ptr<ChatConnection> connection(new ChatConnection(std::move(post)));
  AddMetadata(caller, connection->context_);
  stub.async()->Chat(&connection->context_, connection.get());
  connection->AddHold();  // reads and writes begin outside of reactions; until kReadsDone
  connection->StartRead(&connection->response_);
  connection->Write(std::move(open));
  connection->StartCall();
  return connection;
}

void ChatConnection::Handle(Signal signal) {
  switch (signal) {
    case Signal::kReadsDone:
      writes_over_ = true;
      RemoveHold();
      break;
    case Signal::kWritten:
      write_in_flight_ = false;
      WriteNext();
      break;
    case Signal::kWriteFailed:
      writes_over_ = true;
      break;
    case Signal::kRead:
    case Signal::kDone:
      break;
  }
}

void ChatConnection::Write(v1::ChatRequest request) {
  if (writes_over_ || half_close_wanted_) return;
  waiting_.push_back(std::move(request));
  if (!write_in_flight_) WriteNext();
}

void ChatConnection::HalfClose() {
  half_close_wanted_ = true;
  if (!write_in_flight_) WriteNext();
}

void ChatConnection::ReadNext() {
  response_.Clear();
  StartRead(&response_);
}

void ChatConnection::WriteNext() {
  if (writes_over_) return;
  if (!waiting_.empty()) {
    writing_ = std::move(waiting_.front());
    waiting_.pop_front();
    write_in_flight_ = true;
    StartWrite(&writing_);
  } else if (half_close_wanted_) {
    writes_over_ = true;
    StartWritesDone();
  }
}

void ChatConnection::OnDone(const grpc::Status& status) {
  status_ = status;
  const Post post = std::move(post_);  // the owner may be quicker than the way back from here
  post(Signal::kDone);
}

}  // namespace chatter::client
