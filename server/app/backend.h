// Everything that stands behind the wire, put together.
//
// Free of gRPC. Thread-safe once made; its parts say more.
#ifndef CHATTER_SERVER_APP_BACKEND_H_
#define CHATTER_SERVER_APP_BACKEND_H_

#include <memory>

#include "absl/status/statusor.h"
#include "server/app/config.h"
#include "server/base/clock.h"
#include "server/bus/bus.h"
#include "server/chat/hub.h"
#include "server/chat/messages.h"
#include "server/chat/rooms.h"
#include "server/chat/tenants.h"
#include "server/chat/users.h"
#include "server/identity/authenticator.h"
#include "server/identity/session_authenticator.h"
#include "server/identity/tenant_directory.h"
#include "server/rpc/chat_sessions.h"
#include "server/store/database.h"
#include "server/store/event_reader.h"
#include "server/store/event_writer.h"
#include "server/store/migrator.h"
#include "server/store/room_store.h"
#include "server/store/tenant_store.h"
#include "server/store/user_store.h"

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

  const std::unique_ptr<store::Database> database;
  const store::Migrator migrator;
  store::TenantStore tenant_store;
  store::UserStore user_store;
  store::RoomStore room_store;
  store::EventReader event_reader;

  chat::Hub hub;
  bus::InProcessBus bus;
  store::EventWriter event_writer;

  identity::TenantDirectory tenant_directory;
  identity::SessionAuthenticator* session_authenticator = nullptr;  // the chain's
  const identity::AuthenticatorChain authenticators;

  chat::Messages messages;
  chat::Rooms rooms;
  chat::Users users;
  chat::Tenants tenants;

  rpc::ChatSessions chat_sessions;

 private:
  Backend(const Config& config, const Clock& clock, std::unique_ptr<store::Database> made_database);
};

}  // namespace chatter::app

#endif  // CHATTER_SERVER_APP_BACKEND_H_
