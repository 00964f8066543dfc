// One stream of ChatService.Chat, on gRPC's callback API.
//
// All methods are called from one thread, the owner's. Reactions come on gRPC's threads and only
// post signals, which the owner hands back by Handle(). The owner keeps the connection until kDone.
// It must not be destroyed on a thread of gRPC's: if it held the last reference to the channel,
// that thread would wait for its own end.
#ifndef CHATTER_CLIENT_STREAM_CHAT_CONNECTION_H_
#define CHATTER_CLIENT_STREAM_CHAT_CONNECTION_H_

#include <grpcpp/client_context.h>
#include <grpcpp/support/client_callback.h>

#include <deque>
#include <functional>
#include <memory>
#include <utility>

#include "chatter/client/options.h"
#include "chatter/v1/chat.grpc.pb.h"

namespace chatter::client {

class ChatConnection final : private grpc::ClientBidiReactor<v1::ChatRequest, v1::ChatResponse> {
 public:
  enum class Signal {
    kRead,       // response() is there; ReadNext() asks for another
    kReadsDone,  // there will be no more responses
    kWritten,
    kWriteFailed,
    kDone,  // the last one; status() is there
  };
  // Called from any thread; must not block.
  using Post = std::function<void(Signal)>;

  // Starts the stream and its first read, and writes `open`.
  static std::unique_ptr<ChatConnection> Start(v1::ChatService::StubInterface& stub,
                                               const ClientOptions& caller, v1::ChatRequest open,
                                               Post post);

  void Handle(Signal signal);

  void Write(v1::ChatRequest request);
  // No more writes after those that wait.
  void HalfClose();
  void Cancel() { context_.TryCancel(); }

  // REQUIRES: after kRead, before ReadNext().
  v1::ChatResponse& response() { return response_; }
  void ReadNext();

  // REQUIRES: after kDone.
  const grpc::Status& status() const { return status_; }

 private:
  explicit ChatConnection(Post post) : post_(std::move(post)) {}

  void OnReadDone(bool ok) override { post_(ok ? Signal::kRead : Signal::kReadsDone); }
  void OnWriteDone(bool ok) override { post_(ok ? Signal::kWritten : Signal::kWriteFailed); }
  void OnDone(const grpc::Status& status) override;

  void WriteNext();

  Post post_;
  grpc::ClientContext context_;
  v1::ChatResponse response_;
  v1::ChatRequest writing_;
  std::deque<v1::ChatRequest> waiting_;  // bounded by what a session leaves unanswered
  bool write_in_flight_ = false;
  bool half_close_wanted_ = false;
  bool writes_over_ = false;
  grpc::Status status_;
};

}  // namespace chatter::client

#endif  // CHATTER_CLIENT_STREAM_CHAT_CONNECTION_H_
