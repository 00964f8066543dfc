#include "server/app/backend.h"

#include <algorithm>
#include <thread>
#include <utility>
#include <vector>

#include "server/identity/administrator_key_authenticator.h"
#include "server/identity/store_lookups.h"
#include "server/rpc/encode.h"

namespace chatter::app {
namespace {

int HubWorkers(const Config& config) {
  if (config.workers > 0) return config.workers;
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()) / 2);
}

// `sessions` is set to the one that the chain owns.
identity::AuthenticatorChain MakeAuthenticators(const Config& config, const Clock& clock,
                                                store::UserStore& users,
                                                identity::SessionAuthenticator*& sessions) {
  std::vector<std::unique_ptr<identity::Authenticator>> all;
  if (config.admin_key_digest.has_value()) {
    all.push_back(
        std::make_unique<identity::AdministratorKeyAuthenticator>(*config.admin_key_digest));
  }
  auto session_authenticator = std::make_unique<identity::SessionAuthenticator>(
      identity::CacheOptions(), identity::LookupIn(users), clock);
  sessions = session_authenticator.get();
  all.push_back(std::move(session_authenticator));
  return identity::AuthenticatorChain(std::move(all));
}

}  // namespace

absl::StatusOr<std::unique_ptr<Backend>> Backend::Create(
    const Config& config, const Clock& clock, store::Database::ReadyListener on_connected) {
  auto database = store::Database::Create({.url = config.database_url,
                                           .query_connections = config.database_connections,
                                           .prepared_statements = config.prepared_statements},
                                          std::move(on_connected));
  if (!database.ok()) return database.status();
  return std::unique_ptr<Backend>(new Backend(config, clock, *std::move(database)));
}

Backend::Backend(const Config& config, const Clock& clock,
                 std::unique_ptr<store::Database> made_database)
    : database(std::move(made_database)),
      migrator(config.database_url),
      tenant_store(*database),
      user_store(*database),
      room_store(*database),
      event_reader(*database),
      hub(HubWorkers(config), event_reader, rpc::EncodeRoomEvent),
      bus(hub),
      event_writer(
          *database,
          [this](std::vector<CommittedEvent> events) { bus.PublishEvents(std::move(events)); }),
      tenant_directory({.cache = {}, .single_schema = config.single_schema},
                       identity::LookupsIn(tenant_store), clock),
      authenticators(MakeAuthenticators(config, clock, user_store, session_authenticator)),
      messages(event_writer, event_reader),
      rooms(room_store, bus),
      users(user_store),
      tenants({.tenants = tenant_store,
               .users = user_store,
               .migrator = migrator,
               .directory = tenant_directory,
               .sessions = *session_authenticator,
               .clock = clock}),
      chat_sessions({.heartbeat_interval = config.heartbeat_interval}, {.clock = clock,
                                                                        .hub = hub,
                                                                        .bus = bus,
                                                                        .messages = messages,
                                                                        .reader = event_reader,
                                                                        .rooms = room_store}) {}

Backend::~Backend() { database->Stop(); }

}  // namespace chatter::app
