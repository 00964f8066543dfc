#include "server/stream/notices.h"

#include "server/wire/convert.h"
#include "server/wire/encode.h"

namespace chatter::stream {
namespace {

EncodedEvent EncodeTyping(const RoomKey& room, const std::string& user_id, bool active) {
  v1::ServerEvent event;
  v1::TypingNotice* notice = event.mutable_typing();
  notice->set_room_id(room.room.ToString());
  notice->set_user_id(user_id);
  notice->set_active(active);
  return wire::Encode(event);
}

EncodedEvent EncodeReadMark(const rooms::ReadStates::Moved& moved, uint64_t read_seq) {
  v1::ServerEvent event;
  v1::ReadMark* mark = event.mutable_read_mark();
  mark->set_room_id(moved.room.room.ToString());
  mark->set_user_id(moved.user_id);
  mark->set_read_seq(read_seq);
  mark->set_delivered_seq(moved.marks.delivered_seq);
  return wire::Encode(event);
}

}  // namespace

void PublishTyping(bus::Bus& bus, tenants::TenantSettings& settings, const RoomKey& room,
                   const std::string& user_id, bool active) {
  settings.Require(
      room.tenant, Feature::kTyping, [&bus, room, user_id, active](const absl::Status& status) {
        if (!status.ok()) return;  // what nobody will miss
        bus.Publish(bus::Notice{room, user_id, EncodeTyping(room, user_id, active), active});
      });
}

void PublishReadMark(bus::Bus& bus, const rooms::ReadStates::Moved& moved) {
  bus.Publish(bus::UserNotice{{moved.room.tenant, moved.user_id},
                              EncodeReadMark(moved, moved.marks.read_seq)});
  if (moved.others_told) {
    bus.Publish(
        bus::Notice{moved.room, moved.user_id, EncodeReadMark(moved, moved.marks.shown_read_seq)});
  }
}

void PublishPreferences(bus::Bus& bus, const admin::Preferences::Changed& changed) {
  v1::ServerEvent event;
  wire::ToProto(changed.preferences, event.mutable_preferences_changed()->mutable_all_rooms());
  bus.Publish(bus::UserNotice{changed.user, wire::Encode(event)});
}

void PublishPreferences(bus::Bus& bus, const admin::Preferences::RoomChanged& changed) {
  v1::ServerEvent event;
  v1::PreferencesChanged* notice = event.mutable_preferences_changed();
  notice->set_room_id(changed.room.room.ToString());
  wire::ToProto(changed.preferences, notice->mutable_room());
  bus.Publish(bus::UserNotice{{changed.room.tenant, changed.user_id}, wire::Encode(event)});
}

}  // namespace chatter::stream
