// ReadStateService: the wire's side of rooms::ReadStates.
//
// Thread-safe. The rules and the bus must outlive it.
#ifndef CHATTER_SERVER_RPC_READ_STATE_SERVICE_H_
#define CHATTER_SERVER_RPC_READ_STATE_SERVICE_H_

#include "chatter/v1/read_state.grpc.pb.h"
#include "server/bus/bus.h"
#include "server/rooms/read_states.h"

namespace chatter::rpc {

class ReadStateService final : public v1::ReadStateService::CallbackService {
 public:
  ReadStateService(rooms::ReadStates& read_states, bus::Bus& bus)
      : read_states_(read_states), bus_(bus) {}

  grpc::ServerUnaryReactor* MarkRead(grpc::CallbackServerContext* context,
                                     const v1::MarkReadRequest* request,
                                     v1::MarkReadResponse* response) override;
  grpc::ServerUnaryReactor* MarkDelivered(grpc::CallbackServerContext* context,
                                          const v1::MarkDeliveredRequest* request,
                                          v1::MarkDeliveredResponse* response) override;
  grpc::ServerUnaryReactor* MarkUnread(grpc::CallbackServerContext* context,
                                       const v1::MarkUnreadRequest* request,
                                       v1::MarkUnreadResponse* response) override;
  grpc::ServerUnaryReactor* CountUnread(grpc::CallbackServerContext* context,
                                        const v1::CountUnreadRequest* request,
                                        v1::CountUnreadResponse* response) override;

 private:
  rooms::ReadStates& read_states_;
  bus::Bus& bus_;
};

}  // namespace chatter::rpc

#endif  // CHATTER_SERVER_RPC_READ_STATE_SERVICE_H_
