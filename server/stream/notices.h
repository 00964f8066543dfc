// What streams are told of beside the log.
//
// Thread-safe.
#ifndef CHATTER_SERVER_STREAM_NOTICES_H_
#define CHATTER_SERVER_STREAM_NOTICES_H_

#include <string>

#include "server/admin/preferences.h"
#include "server/bus/bus.h"
#include "server/model/model.h"
#include "server/rooms/read_states.h"
#include "server/tenants/tenant_settings.h"

namespace chatter::stream {

// To the others in the room, where the tenant has typing notices, as soon as that is known.
void PublishTyping(bus::Bus& bus, tenants::TenantSettings& settings, const RoomKey& room,
                   const std::string& user_id, bool active);

// To the user's own streams and, where they are told, to the others in the room.
void PublishReadMark(bus::Bus& bus, const rooms::ReadStates::Moved& moved);

// To the user's own streams.
void PublishPreferences(bus::Bus& bus, const admin::Preferences::Changed& changed);
void PublishPreferences(bus::Bus& bus, const admin::Preferences::RoomChanged& changed);

}  // namespace chatter::stream

#endif  // CHATTER_SERVER_STREAM_NOTICES_H_
