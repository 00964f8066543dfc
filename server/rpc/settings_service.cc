#include "server/rpc/settings_service.h"

#include <string>
#include <utility>

#include "server/base/version.h"
#include "server/model/limits.h"
#include "server/rpc/unary.h"
#include "server/wire/convert.h"

namespace chatter::rpc {
namespace {

void Fill(const SearchLanguageChange& change, v1::SearchLanguageChange* out) {
  out->set_search_language(change.search_language);
  out->set_state(change.sqlstate.empty() ? v1::SEARCH_LANGUAGE_CHANGE_STATE_PREPARING
                                         : v1::SEARCH_LANGUAGE_CHANGE_STATE_FAILED);
  out->set_sqlstate(change.sqlstate);
  wire::ToProto(change.requested_at, out->mutable_requested_at());
}

void Fill(const Settings& settings, v1::Settings* out) {
  for (const Feature feature : settings.disabled_features) {
    out->add_disabled_features(static_cast<v1::Feature>(feature));  // the numbers are the same
  }
  if (settings.rewrite_window != absl::InfiniteDuration()) {
    wire::ToProto(settings.rewrite_window, out->mutable_rewrite_window());
  }
  out->set_forgets_edits(settings.forgets_edits);
  out->set_search_language(settings.search_language);
  if (const auto& change = settings.search_language_change; change.has_value()) {
    Fill(*change, out->mutable_search_language_change());
  }
}

void FillLimits(v1::Limits* out) {
  out->set_text_bytes(limits::kTextBytes);
  out->set_attachments(limits::kAttachments);
  out->set_mentioned_users(limits::kMentionedUsers);
  out->set_reactions(limits::kReactions);
  out->set_room_members(limits::kRoomMembers);
  out->set_first_room_members(limits::kFirstRoomMembers);
  out->set_told_room_members(limits::kToldRoomMembers);
  out->set_attribute_entries(limits::kAttributeEntries);
  out->set_attribute_bytes(limits::kAttributeBytes);
  out->set_stream_rooms(limits::kStreamRooms);
  out->set_stream_commands(limits::kStreamCommands);
  out->set_watched_users(limits::kWatchedUsers);
  out->set_request_bytes(limits::kRequestBytes);
  out->set_unread_messages(limits::kUnreadMessages);
}

void FillServer(v1::GetSettingsResponse* out) {
  out->set_server_version(std::string(Version()));
  const auto* const features = v1::Feature_descriptor();
  for (int i = 0; i < features->value_count(); ++i) {
    const auto feature = static_cast<v1::Feature>(features->value(i)->number());
    if (feature != v1::FEATURE_UNSPECIFIED) out->add_server_features(feature);
  }
  FillLimits(out->mutable_limits());
}

}  // namespace

grpc::ServerUnaryReactor* SettingsService::GetSettings(grpc::CallbackServerContext* context,
                                                       const v1::GetSettingsRequest* /*request*/,
                                                       v1::GetSettingsResponse* response) {
  return RunUnary<Settings>(
      context,
      [&](const TenantCaller& caller, Callback<Settings> done) {
        settings_.Get(caller, std::move(done));
      },
      [response](const Settings& settings) {
        Fill(settings, response->mutable_settings());
        FillServer(response);
      });
}

grpc::ServerUnaryReactor* SettingsService::UpdateSettings(grpc::CallbackServerContext* context,
                                                          const v1::UpdateSettingsRequest* request,
                                                          v1::UpdateSettingsResponse* response) {
  return RunUnary<Settings>(
      context,
      [&](const ServiceCaller& caller, Callback<Settings> done) {
        settings_.Update(caller, request->settings(),
                         wire::ToStrings(request->update_mask().paths()), std::move(done));
      },
      [response](const Settings& settings) { Fill(settings, response->mutable_settings()); });
}

}  // namespace chatter::rpc
