// SearchService: the wire's side of chat::Search.
//
// Thread-safe. The rules must outlive it.
#ifndef CHATTER_SERVER_RPC_SEARCH_SERVICE_H_
#define CHATTER_SERVER_RPC_SEARCH_SERVICE_H_

#include "chatter/v1/search.grpc.pb.h"
#include "server/chat/search.h"

namespace chatter::rpc {

class SearchService final : public v1::SearchService::CallbackService {
 public:
  explicit SearchService(chat::Search& search) : search_(search) {}

  grpc::ServerUnaryReactor* SearchMessages(grpc::CallbackServerContext* context,
                                           const v1::SearchMessagesRequest* request,
                                           v1::SearchMessagesResponse* response) override;

 private:
  chat::Search& search_;
};

}  // namespace chatter::rpc

#endif  // CHATTER_SERVER_RPC_SEARCH_SERVICE_H_
