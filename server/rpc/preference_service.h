// PreferenceService: the wire's side of admin::Preferences.
//
// Thread-safe. The rules and the bus must outlive it.
#ifndef CHATTER_SERVER_RPC_PREFERENCE_SERVICE_H_
#define CHATTER_SERVER_RPC_PREFERENCE_SERVICE_H_

#include "chatter/v1/preference.grpc.pb.h"
#include "server/admin/preferences.h"
#include "server/bus/bus.h"

namespace chatter::rpc {

class PreferenceService final : public v1::PreferenceService::CallbackService {
 public:
  PreferenceService(admin::Preferences& preferences, bus::Bus& bus)
      : preferences_(preferences), bus_(bus) {}

  grpc::ServerUnaryReactor* GetPreferences(grpc::CallbackServerContext* context,
                                           const v1::GetPreferencesRequest* request,
                                           v1::GetPreferencesResponse* response) override;
  grpc::ServerUnaryReactor* UpdatePreferences(grpc::CallbackServerContext* context,
                                              const v1::UpdatePreferencesRequest* request,
                                              v1::UpdatePreferencesResponse* response) override;
  grpc::ServerUnaryReactor* UpdateRoomPreferences(
      grpc::CallbackServerContext* context, const v1::UpdateRoomPreferencesRequest* request,
      v1::UpdateRoomPreferencesResponse* response) override;
  grpc::ServerUnaryReactor* ListRecipients(grpc::CallbackServerContext* context,
                                           const v1::ListRecipientsRequest* request,
                                           v1::ListRecipientsResponse* response) override;

 private:
  admin::Preferences& preferences_;
  bus::Bus& bus_;
};

}  // namespace chatter::rpc

#endif  // CHATTER_SERVER_RPC_PREFERENCE_SERVICE_H_
