// PresenceService: the wire's side of live::Presence.
//
// Thread-safe. What it asks must outlive it.
#ifndef CHATTER_SERVER_RPC_PRESENCE_SERVICE_H_
#define CHATTER_SERVER_RPC_PRESENCE_SERVICE_H_

#include "chatter/v1/presence.grpc.pb.h"
#include "server/live/presence.h"

namespace chatter::rpc {

class PresenceService final : public v1::PresenceService::CallbackService {
 public:
  explicit PresenceService(live::Presence& presence) : presence_(presence) {}

  grpc::ServerUnaryReactor* GetPresence(grpc::CallbackServerContext* context,
                                        const v1::GetPresenceRequest* request,
                                        v1::GetPresenceResponse* response) override;

 private:
  live::Presence& presence_;
};

}  // namespace chatter::rpc

#endif  // CHATTER_SERVER_RPC_PRESENCE_SERVICE_H_
