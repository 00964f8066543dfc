#include "server/rpc/preference_service.h"

#include <string>
#include <utility>

#include "server/rpc/unary.h"
#include "server/stream/notices.h"
#include "server/wire/convert.h"

namespace chatter::rpc {

using Changed = admin::Preferences::Changed;
using RoomChanged = admin::Preferences::RoomChanged;

grpc::ServerUnaryReactor* PreferenceService::GetPreferences(
    grpc::CallbackServerContext* context, const v1::GetPreferencesRequest* /*request*/,
    v1::GetPreferencesResponse* response) {
  return RunUnary<UserPreferences>(
      context,
      [&](const UserCaller& caller, Callback<UserPreferences> done) {
        preferences_.Get(caller, std::move(done));
      },
      [response](const UserPreferences& preferences) {
        wire::ToProto(preferences, response->mutable_preferences());
      });
}

grpc::ServerUnaryReactor* PreferenceService::UpdatePreferences(
    grpc::CallbackServerContext* context, const v1::UpdatePreferencesRequest* request,
    v1::UpdatePreferencesResponse* response) {
  return RunUnary<Changed>(
      context,
      [&](const UserCaller& caller, Callback<Changed> done) {
        preferences_.Update(caller, request->preferences(),
                            wire::ToStrings(request->update_mask().paths()), std::move(done));
      },
      [this, response](const Changed& changed) {
        stream::PublishPreferences(bus_, changed);
        wire::ToProto(changed.preferences, response->mutable_preferences());
      });
}

grpc::ServerUnaryReactor* PreferenceService::UpdateRoomPreferences(
    grpc::CallbackServerContext* context, const v1::UpdateRoomPreferencesRequest* request,
    v1::UpdateRoomPreferencesResponse* response) {
  return RunUnary<RoomChanged>(
      context,
      [&](const UserCaller& caller, Callback<RoomChanged> done) {
        preferences_.UpdateForRoom(caller, request->room_id(), request->preferences(),
                                   wire::ToStrings(request->update_mask().paths()),
                                   std::move(done));
      },
      [this, response](const RoomChanged& changed) {
        stream::PublishPreferences(bus_, changed);
        wire::ToProto(changed.preferences, response->mutable_preferences());
      });
}

grpc::ServerUnaryReactor* PreferenceService::ListRecipients(
    grpc::CallbackServerContext* context, const v1::ListRecipientsRequest* request,
    v1::ListRecipientsResponse* response) {
  return RunUnary<Page<std::string>>(
      context,
      [&](const ServiceCaller& caller, Callback<Page<std::string>> done) {
        preferences_.ListRecipients(caller, *request, std::move(done));
      },
      [response](const Page<std::string>& page) {
        response->mutable_user_ids()->Assign(page.entries.begin(), page.entries.end());
        response->set_next_page_token(page.next_page_token);
      });
}

}  // namespace chatter::rpc
