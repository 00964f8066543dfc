// ChatService: the wire's side of rooms::Messages, and the door to the streams.
//
// Chat and Subscribe are raw: a stream decodes what it is sent itself and writes events that were
// encoded once for all streams. Thread-safe. The rules and the sessions must outlive it.
#ifndef CHATTER_SERVER_RPC_CHAT_SERVICE_H_
#define CHATTER_SERVER_RPC_CHAT_SERVICE_H_

#include <grpcpp/support/byte_buffer.h>

#include "chatter/v1/chat.grpc.pb.h"
#include "server/bus/bus.h"
#include "server/rooms/messages.h"
#include "server/rooms/rooms.h"
#include "server/rpc/arena_messages.h"
#include "server/stream/chat_sessions.h"
#include "server/tenants/tenant_settings.h"

namespace chatter::rpc {

using RawChatService =
    v1::ChatService::WithRawCallbackMethod_Chat<v1::ChatService::WithRawCallbackMethod_Subscribe<
        v1::ChatService::WithCallbackMethod_SendMessage<
            v1::ChatService::WithCallbackMethod_SendTyping<
                v1::ChatService::WithCallbackMethod_GetMessage<
                    v1::ChatService::WithCallbackMethod_ListMessages<
                        v1::ChatService::WithCallbackMethod_BatchGetMessages<
                            v1::ChatService::WithCallbackMethod_ListPinnedMessages<
                                v1::ChatService::Service>>>>>>>>;

class ChatService final : public RawChatService {
 public:
  ChatService(rooms::Messages& messages, rooms::Rooms& rooms, bus::Bus& bus,
              tenants::TenantSettings& settings, stream::ChatSessions& sessions)
      : messages_(messages), rooms_(rooms), bus_(bus), settings_(settings), sessions_(sessions) {
    SetMessageAllocatorFor_ListMessages(&list_messages_);
  }

  grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* Chat(
      grpc::CallbackServerContext* context) override;
  grpc::ServerWriteReactor<grpc::ByteBuffer>* Subscribe(grpc::CallbackServerContext* context,
                                                        const grpc::ByteBuffer* request) override;
  grpc::ServerUnaryReactor* SendMessage(grpc::CallbackServerContext* context,
                                        const v1::SendMessageRequest* request,
                                        v1::SendMessageResponse* response) override;
  grpc::ServerUnaryReactor* SendTyping(grpc::CallbackServerContext* context,
                                       const v1::SendTypingRequest* request,
                                       v1::SendTypingResponse* response) override;
  grpc::ServerUnaryReactor* GetMessage(grpc::CallbackServerContext* context,
                                       const v1::GetMessageRequest* request,
                                       v1::GetMessageResponse* response) override;
  grpc::ServerUnaryReactor* ListMessages(grpc::CallbackServerContext* context,
                                         const v1::ListMessagesRequest* request,
                                         v1::ListMessagesResponse* response) override;
  grpc::ServerUnaryReactor* BatchGetMessages(grpc::CallbackServerContext* context,
                                             const v1::BatchGetMessagesRequest* request,
                                             v1::BatchGetMessagesResponse* response) override;
  grpc::ServerUnaryReactor* ListPinnedMessages(grpc::CallbackServerContext* context,
                                               const v1::ListPinnedMessagesRequest* request,
                                               v1::ListPinnedMessagesResponse* response) override;

 private:
  rooms::Messages& messages_;
  rooms::Rooms& rooms_;
  bus::Bus& bus_;
  tenants::TenantSettings& settings_;
  stream::ChatSessions& sessions_;
  ArenaMessages<v1::ListMessagesRequest, v1::ListMessagesResponse> list_messages_;
};

}  // namespace chatter::rpc

#endif  // CHATTER_SERVER_RPC_CHAT_SERVICE_H_
