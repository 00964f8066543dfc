// What people do with rooms and messages: the rules, and the streams.
//
// Thread-safe, as each part is. What it is made from must outlive it; the database is stopped
// before it goes, so that nothing calls back into it.
#ifndef CHATTER_SERVER_CORE_CONVERSATION_H_
#define CHATTER_SERVER_CORE_CONVERSATION_H_

#include "server/base/clock.h"
#include "server/base/turnstile.h"
#include "server/core/event_log.h"
#include "server/core/stores.h"
#include "server/live/presence.h"
#include "server/rooms/members.h"
#include "server/rooms/message_changer.h"
#include "server/rooms/messages.h"
#include "server/rooms/read_states.h"
#include "server/rooms/room_changer.h"
#include "server/rooms/rooms.h"
#include "server/rooms/search.h"
#include "server/rooms/threads.h"
#include "server/store/search_index.h"
#include "server/store/session_source.h"
#include "server/stream/chat_sessions.h"
#include "server/tenants/search_languages.h"
#include "server/tenants/tenant_settings.h"

namespace chatter::core {

// The members are in the order in which they need each other.
struct Conversation {
  Conversation(Stores& stores, EventLog& log, const store::SessionSource& schema_sessions,
               const stream::ChatOptions& options, const Clock& clock);

  tenants::TenantSettings settings;
  live::Presence presence;
  store::SearchIndex search_index;
  tenants::SearchLanguages search_languages;
  rooms::Search search;
  rooms::Messages messages;
  rooms::RoomChanger room_changer;
  rooms::Rooms rooms;
  rooms::Members members;
  rooms::MessageChanger message_changer;
  Turnstile walks;
  rooms::ReadStates read_states;
  rooms::Threads threads;
  stream::ChatSessions sessions;
};

}  // namespace chatter::core

#endif  // CHATTER_SERVER_CORE_CONVERSATION_H_
