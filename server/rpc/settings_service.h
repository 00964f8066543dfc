// SettingsService: the wire's side of chat::SettingsCalls.
//
// Thread-safe. The rules must outlive it.
#ifndef CHATTER_SERVER_RPC_SETTINGS_SERVICE_H_
#define CHATTER_SERVER_RPC_SETTINGS_SERVICE_H_

#include "chatter/v1/settings.grpc.pb.h"
#include "server/chat/settings_calls.h"

namespace chatter::rpc {

class SettingsService final : public v1::SettingsService::CallbackService {
 public:
  explicit SettingsService(chat::SettingsCalls& settings) : settings_(settings) {}

  grpc::ServerUnaryReactor* GetSettings(grpc::CallbackServerContext* context,
                                        const v1::GetSettingsRequest* request,
                                        v1::GetSettingsResponse* response) override;
  grpc::ServerUnaryReactor* UpdateSettings(grpc::CallbackServerContext* context,
                                           const v1::UpdateSettingsRequest* request,
                                           v1::UpdateSettingsResponse* response) override;

 private:
  chat::SettingsCalls& settings_;
};

}  // namespace chatter::rpc

#endif  // CHATTER_SERVER_RPC_SETTINGS_SERVICE_H_
