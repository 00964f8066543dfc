// The core of one node, wired as the server wires it, over a test's database.
#ifndef CHATTER_TESTS_SUPPORT_CORE_STACK_H_
#define CHATTER_TESTS_SUPPORT_CORE_STACK_H_

#include <memory>
#include <string>
#include <vector>

#include "server/base/clock.h"
#include "server/base/turnstile.h"
#include "server/bus/bus.h"
#include "server/identity/authenticator_chain.h"
#include "server/identity/tenant_directory.h"
#include "server/live/hub.h"
#include "server/live/log_pages.h"
#include "server/live/presence.h"
#include "server/postgres/database.h"
#include "server/postgres/databases.h"
#include "server/rooms/message_changer.h"
#include "server/rooms/messages.h"
#include "server/rooms/read_states.h"
#include "server/rooms/room_changer.h"
#include "server/rooms/search.h"
#include "server/store/epoch_store.h"
#include "server/store/event_reader.h"
#include "server/store/event_writer.h"
#include "server/store/message_changes.h"
#include "server/store/message_references.h"
#include "server/store/presence_store.h"
#include "server/store/read_state_store.h"
#include "server/store/room_changes.h"
#include "server/store/room_settler.h"
#include "server/store/room_store.h"
#include "server/store/search_index.h"
#include "server/store/search_reader.h"
#include "server/store/session_source.h"
#include "server/store/settings_store.h"
#include "server/store/user_store.h"
#include "server/stream/chat_sessions.h"
#include "server/tenants/search_languages.h"
#include "server/tenants/tenant_settings.h"

namespace chatter::test {

struct CoreStack {
  explicit CoreStack(const std::string& url, const Clock& clock = Clock::Real(),
                     const stream::ChatOptions& options = {}, bool prepared_statements = true);
  ~CoreStack();

  void AddUsers(const TenantKey& tenant, const std::vector<std::string>& ids);
  // The DIRECT room of these users; makes the users too.
  RoomId AddRoom(const TenantKey& tenant, std::vector<std::string> ids);
  absl::StatusOr<StoredMessage> Send(const RoomKey& room, const std::string& sender,
                                     const std::string& client_message_id, const std::string& text);
  // Returns which edit the message holds then.
  absl::StatusOr<uint64_t> Edit(const TenantCaller& caller, const RoomId& room, uint64_t seq,
                                const std::string& text);
  // All of a room's log.
  std::vector<RoomEvent> ReadLog(const RoomKey& room);

  std::unique_ptr<postgres::Database> database;
  postgres::ControlDatabase control;
  postgres::TenantDatabases tenants;
  store::UserStore users;
  store::RoomStore rooms;
  store::RoomChanges room_changes;
  store::RoomSettler settler;
  store::MessageChanges message_changes;
  store::MessageReferences message_references;
  store::ReadStateStore read_state_store;
  store::SettingsStore settings_store;
  store::EpochStore epoch_store;
  store::PresenceStore presence_store;
  store::EventReader reader;
  store::SearchReader search_reader;
  const store::SessionSource schema_sessions;
  store::SearchIndex search_index;
  bus::InProcessBus bus;
  live::LogPages pages;
  live::Hub hub;
  store::EventWriter writer;
  tenants::TenantSettings settings;
  rooms::Messages messages;
  rooms::RoomChanger room_changer;
  rooms::MessageChanger message_changer;
  Turnstile walks;
  rooms::ReadStates read_states;
  live::Presence presence;
  tenants::SearchLanguages search_languages;
  rooms::Search search;
  stream::ChatSessions sessions;
  // Hear of what changes; nobody asks them.
  identity::TenantDirectory directory;
  identity::AuthenticatorChain authenticators;
};

}  // namespace chatter::test

#endif  // CHATTER_TESTS_SUPPORT_CORE_STACK_H_
