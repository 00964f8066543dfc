#include "server/core/conversation.h"

#include "server/rooms/walks.h"
#include "server/wire/encode.h"

namespace chatter::core {

Conversation::Conversation(Stores& stores, EventLog& log,
                           const store::SessionSource& schema_sessions,
                           const stream::ChatOptions& options, const Clock& clock)
    : settings(stores.settings, Clock::Real()),  // tells the database until when to try
      presence(stores.presence, settings, clock, wire::EncodePresence),
      search_index(schema_sessions),
      search_languages(search_index, log.bus),
      search({.reader = stores.search, .languages = search_languages, .settings = settings}),
      messages(log.writer, stores.events, stores.message_references, settings),
      room_changer(stores.room_changes, log.bus),
      rooms(stores.rooms, room_changer, settings, log.bus),
      members(stores.rooms, room_changer),
      message_changer(stores.message_changes, settings, log.bus),
      walks(rooms::kWalkOptions),
      read_states(stores.read_states, walks),
      threads(stores.threads, walks),
      sessions(options, {.clock = clock,
                         .hub = log.hub,
                         .bus = log.bus,
                         .messages = messages,
                         .pages = log.pages,
                         .read_states = read_states,
                         .settings = settings,
                         .presence = presence,
                         .rooms = stores.rooms,
                         .walks = walks}) {}

}  // namespace chatter::core
