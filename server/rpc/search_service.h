// SearchService: the wire's side of rooms::Search.
//
// Thread-safe. The rules must outlive it.
#ifndef CHATTER_SERVER_RPC_SEARCH_SERVICE_H_
#define CHATTER_SERVER_RPC_SEARCH_SERVICE_H_

#include "chatter/v1/search.grpc.pb.h"
#include "server/rooms/search.h"

namespace chatter::rpc {

class SearchService final : public v1::SearchService::CallbackService {
 public:
  explicit SearchService(rooms::Search& search) : search_(search) {}

  grpc::ServerUnaryReactor* SearchMessages(grpc::CallbackServerContext* context,
                                           const v1::SearchMessagesRequest* request,
                                           v1::SearchMessagesResponse* response) override;

 private:
  rooms::Search& search_;
};

}  // namespace chatter::rpc

#endif  // CHATTER_SERVER_RPC_SEARCH_SERVICE_H_
