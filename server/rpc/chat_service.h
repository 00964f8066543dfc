// ChatService: the wire's side of chat::Messages, and the door to the streams.
//
// Chat is raw: a stream decodes its commands itself and writes events that were encoded once for
// all streams. Thread-safe. The rules and the sessions must outlive it.
#ifndef CHATTER_SERVER_RPC_CHAT_SERVICE_H_
#define CHATTER_SERVER_RPC_CHAT_SERVICE_H_

#include <grpcpp/support/byte_buffer.h>

#include "chatter/v1/chat.grpc.pb.h"
#include "server/chat/messages.h"
#include "server/rpc/arena_messages.h"
#include "server/rpc/chat_sessions.h"

namespace chatter::rpc {

using RawChatService =
    v1::ChatService::WithRawCallbackMethod_Chat<v1::ChatService::WithCallbackMethod_SendMessage<
        v1::ChatService::WithCallbackMethod_ListMessages<v1::ChatService::Service>>>;

class ChatService final : public RawChatService {
 public:
  ChatService(chat::Messages& messages, ChatSessions& sessions)
      : messages_(messages), sessions_(sessions) {
    SetMessageAllocatorFor_ListMessages(&list_messages_);
  }

  grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* Chat(
      grpc::CallbackServerContext* context) override;
  grpc::ServerUnaryReactor* SendMessage(grpc::CallbackServerContext* context,
                                        const v1::SendMessageRequest* request,
                                        v1::SendMessageResponse* response) override;
  grpc::ServerUnaryReactor* ListMessages(grpc::CallbackServerContext* context,
                                         const v1::ListMessagesRequest* request,
                                         v1::ListMessagesResponse* response) override;

 private:
  chat::Messages& messages_;
  ChatSessions& sessions_;
  ArenaMessages<v1::ListMessagesRequest, v1::ListMessagesResponse> list_messages_;
};

}  // namespace chatter::rpc

#endif  // CHATTER_SERVER_RPC_CHAT_SERVICE_H_
