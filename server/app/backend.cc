#include "server/app/backend.h"

#include <algorithm>
#include <thread>
#include <utility>

#include "server/live/subscribers.h"

namespace chatter::app {
namespace {

int HubWorkers(const config::Config& config) {
  if (config.workers > 0) return config.workers;
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()) / 2);
}

stream::ChatOptions ChatOptionsOf(const config::Config& config) {
  return {.heartbeat_interval = config.heartbeat_interval,
          .max_streams_of_user = static_cast<size_t>(config.max_streams_per_user)};
}

admin::Directory DirectoryOf(const config::Config& config) {
  return config.django_tenant_table.has_value() ? admin::Directory::kApplications
                                                : admin::Directory::kOwn;
}

admin::Users::Table UserTableOf(const config::Config& config) {
  using Table = admin::Users::Table;
  return config.user_table.has_value() ? Table::kApplications : Table::kOwn;
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
      stores(identity->control, identity->tenants),
      log(identity->tenants, stores, HubWorkers(config), clock),
      conversation(stores, log, schema_sessions, ChatOptionsOf(config), clock),
      administration(*identity, schema_sessions, stores, log.bus, conversation,
                     {.tenants = DirectoryOf(config), .users = UserTableOf(config)}, clock),
      tenant_purger(schema_sessions),
      room_purger(schema_sessions),
      log_indexes(schema_sessions, identity->migrator.tenant_version()) {
  log.bus.Listen(live::Subscribers{.hub = log.hub,
                                   .presence = conversation.presence,
                                   .settings = conversation.settings,
                                   .directory = identity->tenant_directory,
                                   .authenticators = identity->authenticators});
}

Backend::~Backend() { identity->database->Stop(); }

}  // namespace chatter::app
