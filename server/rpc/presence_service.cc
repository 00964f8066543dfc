#include "server/rpc/presence_service.h"

#include <utility>

#include "server/rpc/unary.h"
#include "server/wire/convert.h"

namespace chatter::rpc {

using Presences = std::vector<UserPresence>;

grpc::ServerUnaryReactor* PresenceService::GetPresence(grpc::CallbackServerContext* context,
                                                       const v1::GetPresenceRequest* request,
                                                       v1::GetPresenceResponse* response) {
  return RunUnary<Presences>(
      context,
      [&](const TenantCaller& caller, Callback<Presences> done) {
        presence_.Get(caller, wire::ToStrings(request->user_ids()), std::move(done));
      },
      [response](const Presences& presences) {
        for (const UserPresence& presence : presences) {
          wire::ToProto(presence, response->add_presences());
        }
      });
}

}  // namespace chatter::rpc
