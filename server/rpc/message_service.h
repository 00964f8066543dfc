// MessageService: the wire's side of rooms::MessageChanger.
//
// Thread-safe. The rules must outlive it.
#ifndef CHATTER_SERVER_RPC_MESSAGE_SERVICE_H_
#define CHATTER_SERVER_RPC_MESSAGE_SERVICE_H_

#include "chatter/v1/message.grpc.pb.h"
#include "server/rooms/message_changer.h"
#include "server/rooms/messages.h"

namespace chatter::rpc {

class MessageService final : public v1::MessageService::CallbackService {
 public:
  MessageService(rooms::MessageChanger& changer, rooms::Messages& messages)
      : changer_(changer), messages_(messages) {}

  grpc::ServerUnaryReactor* EditMessage(grpc::CallbackServerContext* context,
                                        const v1::EditMessageRequest* request,
                                        v1::EditMessageResponse* response) override;
  grpc::ServerUnaryReactor* DeleteMessage(grpc::CallbackServerContext* context,
                                          const v1::DeleteMessageRequest* request,
                                          v1::DeleteMessageResponse* response) override;
  grpc::ServerUnaryReactor* ListEdits(grpc::CallbackServerContext* context,
                                      const v1::ListEditsRequest* request,
                                      v1::ListEditsResponse* response) override;
  grpc::ServerUnaryReactor* AddReaction(grpc::CallbackServerContext* context,
                                        const v1::AddReactionRequest* request,
                                        v1::AddReactionResponse* response) override;
  grpc::ServerUnaryReactor* RemoveReaction(grpc::CallbackServerContext* context,
                                           const v1::RemoveReactionRequest* request,
                                           v1::RemoveReactionResponse* response) override;
  grpc::ServerUnaryReactor* ListReactions(grpc::CallbackServerContext* context,
                                          const v1::ListReactionsRequest* request,
                                          v1::ListReactionsResponse* response) override;
  grpc::ServerUnaryReactor* PinMessage(grpc::CallbackServerContext* context,
                                       const v1::PinMessageRequest* request,
                                       v1::PinMessageResponse* response) override;
  grpc::ServerUnaryReactor* UnpinMessage(grpc::CallbackServerContext* context,
                                         const v1::UnpinMessageRequest* request,
                                         v1::UnpinMessageResponse* response) override;

 private:
  rooms::MessageChanger& changer_;
  rooms::Messages& messages_;
};

}  // namespace chatter::rpc

#endif  // CHATTER_SERVER_RPC_MESSAGE_SERVICE_H_
