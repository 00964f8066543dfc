// Everything that stands behind the wire, put together.
//
// Free of gRPC. Thread-safe once made; its parts say more.
#ifndef CHATTER_SERVER_APP_BACKEND_H_
#define CHATTER_SERVER_APP_BACKEND_H_

#include <memory>

#include "absl/status/statusor.h"
#include "server/admin/preferences.h"
#include "server/admin/ready_tenants.h"
#include "server/admin/service_accounts.h"
#include "server/admin/sessions.h"
#include "server/admin/settings_calls.h"
#include "server/admin/tenant_epochs.h"
#include "server/admin/tenant_export.h"
#include "server/admin/tenant_lifecycle.h"
#include "server/admin/tenants.h"
#include "server/admin/token_issuers.h"
#include "server/admin/users.h"
#include "server/base/clock.h"
#include "server/base/turnstile.h"
#include "server/bus/bus.h"
#include "server/config/config.h"
#include "server/interceptors/reply_budget.h"
#include "server/live/hub.h"
#include "server/live/log_pages.h"
#include "server/live/presence.h"
#include "server/middleware/identity_backend.h"
#include "server/postgres/database.h"
#include "server/rooms/members.h"
#include "server/rooms/message_changer.h"
#include "server/rooms/messages.h"
#include "server/rooms/read_states.h"
#include "server/rooms/room_changer.h"
#include "server/rooms/rooms.h"
#include "server/rooms/search.h"
#include "server/rooms/threads.h"
#include "server/store/epoch_store.h"
#include "server/store/event_reader.h"
#include "server/store/event_writer.h"
#include "server/store/export_reader.h"
#include "server/store/log_indexes.h"
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
#include "server/store/session_source.h"
#include "server/store/settings_store.h"
#include "server/store/tenant_changes.h"
#include "server/store/tenant_maker.h"
#include "server/store/tenant_purger.h"
#include "server/store/thread_store.h"
#include "server/stream/chat_sessions.h"
#include "server/tenants/search_languages.h"
#include "server/tenants/tenant_settings.h"

namespace chatter::app {

// The members are in the order in which they need each other.
struct Backend {
  // Begins to connect to the database; `on_connected` hears of it, from the database's thread.
  // `clock` must outlive the backend.
  static absl::StatusOr<std::unique_ptr<Backend>> Create(
      const config::Config& config, const Clock& clock,
      postgres::Database::ReadyListener on_connected);
  // Stops the database first, so that nothing calls back into what is about to go.
  // REQUIRES: no call is under way.
  ~Backend();
  Backend(const Backend&) = delete;
  Backend& operator=(const Backend&) = delete;

  const std::unique_ptr<middleware::IdentityBackend> identity;
  const store::SessionSource schema_sessions;  // of makers and purgers
  const store::TenantMaker tenant_maker;
  store::SearchIndex search_index;
  store::RoomStore room_store;
  store::RoomChanges room_changes;
  store::RoomSettler room_settler;
  store::MessageChanges message_changes;
  store::MessageReferences message_references;
  store::ReadStateStore read_state_store;
  store::ThreadStore thread_store;
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
  const store::LogIndexes log_indexes;

  bus::InProcessBus bus;
  live::LogPages log_pages;
  live::Hub hub;
  store::EventWriter event_writer;

  tenants::TenantSettings tenant_settings;
  live::Presence presence;
  tenants::SearchLanguages search_languages;
  rooms::Search search;
  admin::SettingsCalls settings;
  rooms::Messages messages;
  rooms::RoomChanger room_changer;
  rooms::Rooms rooms;
  rooms::Members members;
  rooms::MessageChanger message_changer;
  Turnstile walks;
  rooms::ReadStates read_states;
  rooms::Threads threads;
  admin::Preferences preferences;
  admin::Users users;
  admin::Tenants tenants;
  admin::TenantLifecycle tenant_lifecycle;
  admin::ReadyTenants ready_tenants;
  admin::TenantEpochs tenant_epochs;
  admin::TenantExports tenant_exports;
  admin::ServiceAccounts service_accounts;
  admin::Sessions sessions;
  admin::TokenIssuers token_issuers;

  stream::ChatSessions chat_sessions;
  interceptors::ReplyBudget replies;

 private:
  Backend(const config::Config& config, const Clock& clock,
          std::unique_ptr<middleware::IdentityBackend> made_identity);
};

}  // namespace chatter::app

#endif  // CHATTER_SERVER_APP_BACKEND_H_
