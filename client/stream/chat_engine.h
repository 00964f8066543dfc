// What runs a ChatStream: the thread that drives session, connections and callbacks.
//
// Thread-safe. Not for users of the library: they have ChatStream.
#ifndef CHATTER_CLIENT_STREAM_CHAT_ENGINE_H_
#define CHATTER_CLIENT_STREAM_CHAT_ENGINE_H_

#include <grpcpp/channel.h>

#include <map>
#include <memory>
#include <string_view>
#include <thread>
#include <vector>

#include "chatter/client/chat_stream.h"
#include "chatter/client/options.h"
#include "chatter/v1/chat.grpc.pb.h"
#include "client/stream/chat_connection.h"
#include "client/stream/chat_session.h"
#include "common/mutex.h"

namespace chatter::client {

class ChatEngine {
 public:
  ChatEngine(std::shared_ptr<grpc::Channel> channel, const ChatStreamOptions& options,
             ChatCallbacks callbacks);
  // REQUIRES: not called from a callback.
  ~ChatEngine();
  ChatEngine(const ChatEngine&) = delete;
  ChatEngine& operator=(const ChatEngine&) = delete;

  // As in ChatStream.
  absl::Status Send(v1::SendMessage message, ChatStream::SendCallback callback);
  void SetTyping(std::string_view room_id, bool active);
  bool MarkRead(std::string_view room_id, uint64_t seq);
  void WatchPresence(std::vector<std::string> user_ids);
  void SetPresence(v1::PresenceStatus status);
  Cursors cursors() const;
  void Close();

 private:
  struct Posted {
    LinkId link = 0;
    ChatConnection::Signal signal = ChatConnection::Signal::kRead;
  };

  void Loop();
  // What came in since the last call. Waits until there is something to do. False: all is over.
  bool WaitForWork(std::vector<Posted>& posted);
  void OnSignal(const Posted& posted);
  void OnResponse(LinkId link, ChatConnection& connection);
  void CarryOutActions();
  void CarryOut(action::Connect& connect);
  void CarryOut(action::Write& write);
  void CarryOut(const action::HalfClose& half_close);
  void CarryOut(const action::Cancel& cancel);
  void CarryOut(const action::Deliver& deliver);
  void CarryOut(action::Answer& answer);
  void CarryOut(const action::Disconnected& disconnected);
  void CarryOut(const action::Ended& ended);

  // From gRPC's threads.
  void Post(const Posted& posted);

  const std::shared_ptr<grpc::Channel> channel_;
  const std::unique_ptr<v1::ChatService::Stub> stub_;
  const ClientOptions caller_;
  const ChatCallbacks callbacks_;

  // Of thread_ alone.
  std::map<LinkId, std::unique_ptr<ChatConnection>> connections_;
  LinkId half_closed_ = 0;  // the last one
  bool ended_ = false;

  mutable Mutex mu_;
  CondVar work_;
  ChatSession session_ ABSL_GUARDED_BY(mu_);
  std::vector<Posted> posted_ ABSL_GUARDED_BY(mu_);
  std::map<PendingSends::SendId, ChatStream::SendCallback> send_callbacks_ ABSL_GUARDED_BY(mu_);
  std::thread::id loop_id_ ABSL_GUARDED_BY(mu_);

  Mutex join_mu_;
  std::thread thread_ ABSL_GUARDED_BY(join_mu_);  // the last member: it uses the others
};

}  // namespace chatter::client

#endif  // CHATTER_CLIENT_STREAM_CHAT_ENGINE_H_
