// Everything that stands behind the wire, put together.
//
// Free of gRPC. Thread-safe once made; its parts say more.
#ifndef CHATTER_SERVER_APP_BACKEND_H_
#define CHATTER_SERVER_APP_BACKEND_H_

#include <memory>

#include "absl/status/statusor.h"
#include "server/app/config.h"
#include "server/app/identity_backend.h"
#include "server/base/clock.h"
#include "server/base/turnstile.h"
#include "server/bus/bus.h"
#include "server/chat/hub.h"
#include "server/chat/log_pages.h"
#include "server/chat/members.h"
#include "server/chat/message_changer.h"
#include "server/chat/messages.h"
#include "server/chat/preferences.h"
#include "server/chat/presence.h"
#include "server/chat/read_states.h"
#include "server/chat/ready_tenants.h"
#include "server/chat/room_changer.h"
#include "server/chat/rooms.h"
#include "server/chat/search.h"
#include "server/chat/search_languages.h"
#include "server/chat/service_accounts.h"
#include "server/chat/sessions.h"
#include "server/chat/settings_calls.h"
#include "server/chat/tenant_epochs.h"
#include "server/chat/tenant_export.h"
#include "server/chat/tenant_lifecycle.h"
#include "server/chat/tenant_settings.h"
#include "server/chat/tenants.h"
#include "server/chat/token_issuers.h"
#include "server/chat/users.h"
#include "server/interceptors/reply_budget.h"
#include "server/rpc/chat_sessions.h"
#include "server/store/database.h"
#include "server/store/epoch_store.h"
#include "server/store/event_reader.h"
#include "server/store/event_writer.h"
#include "server/store/export_reader.h"
#include "server/store/message_changes.h"
#include "server/store/message_references.h"
#include "server/store/preference_store.h"
#include "server/store/presence_store.h"
#include "server/store/read_state_store.h"
#include "server/store/room_changes.h"
#include "server/store/room_purger.h"
#include "server/store/room_settler.h"
#include "server/store/room_store.h"
#include "server/store/search_index.h"
#include "server/store/search_reader.h"
#include "server/store/settings_store.h"
#include "server/store/tenant_changes.h"
#include "server/store/tenant_maker.h"
#include "server/store/tenant_purger.h"

namespace chatter::app {

// The members are in the order in which they need each other.
struct Backend {
  // Begins to connect to the database; `on_connected` hears of it, from the database's thread.
  // `clock` must outlive the backend.
  static absl::StatusOr<std::unique_ptr<Backend>> Create(
      const Config& config, const Clock& clock, store::Database::ReadyListener on_connected);
  // Stops the database first, so that nothing calls back into what is about to go.
  // REQUIRES: no call is under way.
  ~Backend();
  Backend(const Backend&) = delete;
  Backend& operator=(const Backend&) = delete;

  const std::unique_ptr<IdentityBackend> identity;
  const store::TenantMaker tenant_maker;
  store::SearchIndex search_index;
  store::RoomStore room_store;
  store::RoomChanges room_changes;
  store::RoomSettler room_settler;
  store::MessageChanges message_changes;
  store::MessageReferences message_references;
  store::ReadStateStore read_state_store;
  store::PreferenceStore preference_store;
  store::SettingsStore settings_store;
  store::EpochStore epoch_store;
  store::PresenceStore presence_store;
  store::EventReader event_reader;
  store::SearchReader search_reader;
  store::ExportReader export_reader;
  store::TenantChanges tenant_changes;
  store::TenantPurger tenant_purger;
  store::RoomPurger room_purger;

  chat::Hub hub;
  chat::LogPages log_pages;
  bus::InProcessBus bus;
  store::EventWriter event_writer;

  chat::TenantSettings tenant_settings;
  chat::Presence presence;
  chat::SearchLanguages search_languages;
  chat::Search search;
  chat::SettingsCalls settings;
  chat::Messages messages;
  chat::RoomChanger room_changer;
  chat::Rooms rooms;
  chat::Members members;
  chat::MessageChanger message_changer;
  Turnstile walks;
  chat::ReadStates read_states;
  chat::Preferences preferences;
  chat::Users users;
  chat::Tenants tenants;
  chat::TenantLifecycle tenant_lifecycle;
  chat::ReadyTenants ready_tenants;
  chat::TenantEpochs tenant_epochs;
  chat::TenantExports tenant_exports;
  chat::ServiceAccounts service_accounts;
  chat::Sessions sessions;
  chat::TokenIssuers token_issuers;

  rpc::ChatSessions chat_sessions;
  interceptors::ReplyBudget replies;

 private:
  Backend(const Config& config, const Clock& clock, std::unique_ptr<IdentityBackend> made_identity);
};

}  // namespace chatter::app

#endif  // CHATTER_SERVER_APP_BACKEND_H_
