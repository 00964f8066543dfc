// What streams are told of beside the log.
//
// Thread-safe.
#ifndef CHATTER_SERVER_RPC_NOTICES_H_
#define CHATTER_SERVER_RPC_NOTICES_H_

#include <string>

#include "server/bus/bus.h"
#include "server/chat/preferences.h"
#include "server/chat/read_states.h"
#include "server/chat/tenant_settings.h"
#include "server/model/model.h"

namespace chatter::rpc {

// To the others in the room, where the tenant has typing notices, as soon as that is known.
void PublishTyping(bus::Bus& bus, chat::TenantSettings& settings, const RoomKey& room,
                   const std::string& user_id, bool active);

// To the user's own streams and, where they are told, to the others in the room.
void PublishReadMark(bus::Bus& bus, const chat::ReadStates::Moved& moved);

// To the user's own streams.
void PublishPreferences(bus::Bus& bus, const chat::Preferences::Changed& changed);
void PublishPreferences(bus::Bus& bus, const chat::Preferences::RoomChanged& changed);

}  // namespace chatter::rpc

#endif  // CHATTER_SERVER_RPC_NOTICES_H_
