#include "server/app/backend.h"

#include <algorithm>
#include <thread>
#include <utility>
#include <vector>

#include "server/live/subscribers.h"
#include "server/rooms/walks.h"
#include "server/wire/encode.h"

namespace chatter::app {
namespace {

int HubWorkers(const config::Config& config) {
  if (config.workers > 0) return config.workers;
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()) / 2);
}

admin::Directory DirectoryOf(const config::Config& config) {
  return config.django_tenant_table.has_value() ? admin::Directory::kApplications
                                                : admin::Directory::kOwn;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Backend>> Backend::Create(
    const config::Config& config, const Clock& clock,
    postgres::Database::ReadyListener on_connected) {
  auto identity = middleware::IdentityBackend::Create(config, clock, std::move(on_connected),
                                                      /*few_connections_first=*/true);
  if (!identity.ok()) return identity.status();
  return std::unique_ptr<Backend>(new Backend(config, clock, *std::move(identity)));
}

Backend::Backend(const config::Config& config, const Clock& clock,
                 std::unique_ptr<middleware::IdentityBackend> made_identity)
    : identity(std::move(made_identity)),
      schema_sessions(config.database_url, "chatterd schemas"),
      tenant_maker(identity->migrator, schema_sessions),
      search_index(schema_sessions),
      room_store(identity->tenants),
      room_changes(identity->control, identity->tenants),
      room_settler(identity->tenants),
      message_changes(identity->tenants, room_settler),
      message_references(identity->tenants),
      read_state_store(identity->tenants),
      thread_store(identity->tenants),
      preference_store(identity->control, identity->tenants),
      settings_store(identity->tenants),
      epoch_store(identity->tenants),
      presence_store(identity->tenants),
      event_reader(identity->tenants),
      search_reader(identity->tenants),
      export_reader(identity->tenants),
      tenant_changes(identity->control),
      tenant_purger(schema_sessions),
      room_purger(schema_sessions),
      log_indexes(schema_sessions, identity->migrator.tenant_version()),
      log_pages(event_reader, wire::EncodeRoomEvents, clock),
      hub(HubWorkers(config), event_reader, epoch_store, log_pages, bus, clock,
          wire::EncodeRoomEvents),
      event_writer(identity->tenants,
                   [this](bus::Commit commit) {
                     for (const CommittedEvents& committed : commit)
                       room_settler.Note(committed.room);
                     bus.Publish(std::move(commit));
                   }),
      tenant_settings(settings_store, clock),
      presence(presence_store, tenant_settings, clock, wire::EncodePresence),
      search_languages(search_index, bus),
      search({.reader = search_reader, .languages = search_languages, .settings = tenant_settings}),
      settings(settings_store, tenant_settings, search_languages, bus),
      messages(event_writer, event_reader, message_references, tenant_settings),
      room_changer(room_changes, bus),
      rooms(room_store, room_changer, tenant_settings, bus),
      members(room_store, room_changer),
      message_changer(message_changes, tenant_settings, bus),
      walks(rooms::kWalkOptions),
      read_states(read_state_store, walks),
      threads(thread_store, walks),
      preferences(preference_store, bus, clock),
      users(identity->user_store, config.user_table.has_value() ? admin::Users::Table::kApplications
                                                                : admin::Users::Table::kOwn),
      tenants({.directory = DirectoryOf(config),
               .tenants = identity->directory_store,
               .maker = tenant_maker,
               .bus = bus,
               .clock = clock}),
      tenant_lifecycle({.changes = tenant_changes,
                        .directory = DirectoryOf(config),
                        .tenants = identity->tenant_directory,
                        .bus = bus}),
      ready_tenants(identity->tenant_store, identity->lazy_migrator),
      tenant_epochs(ready_tenants, epoch_store),
      tenant_exports(ready_tenants, export_reader),
      service_accounts(identity->service_account_store, identity->tenant_directory, bus),
      sessions(identity->session_store, identity->authenticators, bus),
      token_issuers(identity->tenant_store, identity->token_issuer_store,
                    identity->tenant_directory),
      chat_sessions({.heartbeat_interval = config.heartbeat_interval,
                     .max_streams_of_user = static_cast<size_t>(config.max_streams_per_user)},
                    {.clock = clock,
                     .hub = hub,
                     .bus = bus,
                     .messages = messages,
                     .pages = log_pages,
                     .read_states = read_states,
                     .settings = tenant_settings,
                     .presence = presence,
                     .rooms = room_store,
                     .walks = walks}) {
  bus.Listen(live::Subscribers{.hub = hub,
                               .presence = presence,
                               .settings = tenant_settings,
                               .directory = identity->tenant_directory,
                               .authenticators = identity->authenticators});
}

Backend::~Backend() { identity->database->Stop(); }

}  // namespace chatter::app
