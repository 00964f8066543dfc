// The core of one node, wired as the server wires it, over a test's database.
#ifndef CHATTER_TESTS_SUPPORT_CORE_STACK_H_
#define CHATTER_TESTS_SUPPORT_CORE_STACK_H_

#include <memory>
#include <string>
#include <vector>

#include "server/base/clock.h"
#include "server/base/turnstile.h"
#include "server/bus/bus.h"
#include "server/chat/hub.h"
#include "server/chat/log_pages.h"
#include "server/chat/message_changer.h"
#include "server/chat/messages.h"
#include "server/chat/presence.h"
#include "server/chat/read_states.h"
#include "server/chat/room_changer.h"
#include "server/chat/search.h"
#include "server/chat/search_languages.h"
#include "server/chat/tenant_settings.h"
#include "server/rpc/chat_sessions.h"
#include "server/store/database.h"
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
#include "server/store/settings_store.h"
#include "server/store/user_store.h"

namespace chatter::test {

struct CoreStack {
  explicit CoreStack(const std::string& url, const Clock& clock = Clock::Real(),
                     const rpc::ChatOptions& options = {}, bool prepared_statements = true);
  ~CoreStack();

  void AddUsers(const TenantKey& tenant, const std::vector<std::string>& ids);
  // The DIRECT room of these users; makes the users too.
  RoomId AddRoom(const TenantKey& tenant, std::vector<std::string> ids);
  absl::StatusOr<store::StoredMessage> Send(const RoomKey& room, const std::string& sender,
                                            const std::string& client_message_id,
                                            const std::string& text);
  // All of a room's log.
  std::vector<RoomEvent> ReadLog(const RoomKey& room);

  std::unique_ptr<store::Database> database;
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
  const store::Migrator migrator;
  store::SearchIndex search_index;
  chat::Hub hub;
  chat::LogPages pages;
  bus::InProcessBus bus;
  store::EventWriter writer;
  chat::TenantSettings settings;
  chat::Messages messages;
  chat::RoomChanger room_changer;
  chat::MessageChanger message_changer;
  Turnstile walks;
  chat::ReadStates read_states;
  chat::Presence presence;
  chat::SearchLanguages search_languages;
  chat::Search search;
  rpc::ChatSessions sessions;
};

}  // namespace chatter::test

#endif  // CHATTER_TESTS_SUPPORT_CORE_STACK_H_
