// SettingsService: the wire's side of admin::SettingsCalls.
//
// Thread-safe. The rules must outlive it.
#ifndef CHATTER_SERVER_RPC_SETTINGS_SERVICE_H_
#define CHATTER_SERVER_RPC_SETTINGS_SERVICE_H_

#include "chatter/v1/settings.grpc.pb.h"
#include "server/admin/settings_calls.h"

namespace chatter::rpc {

class SettingsService final : public v1::SettingsService::CallbackService {
 public:
  explicit SettingsService(admin::SettingsCalls& settings) : settings_(settings) {}

  grpc::ServerUnaryReactor* GetSettings(grpc::CallbackServerContext* context,
                                        const v1::GetSettingsRequest* request,
                                        v1::GetSettingsResponse* response) override;
  grpc::ServerUnaryReactor* UpdateSettings(grpc::CallbackServerContext* context,
                                           const v1::UpdateSettingsRequest* request,
                                           v1::UpdateSettingsResponse* response) override;

 private:
  admin::SettingsCalls& settings_;
};

}  // namespace chatter::rpc

#endif  // CHATTER_SERVER_RPC_SETTINGS_SERVICE_H_
