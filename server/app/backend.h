// Everything that stands behind the wire, put together.
//
// Free of gRPC. Thread-safe once made; its parts say more.
#ifndef CHATTER_SERVER_APP_BACKEND_H_
#define CHATTER_SERVER_APP_BACKEND_H_

#include <memory>

#include "absl/status/statusor.h"
#include "server/app/administration.h"
#include "server/base/clock.h"
#include "server/config/config.h"
#include "server/core/conversation.h"
#include "server/core/event_log.h"
#include "server/core/stores.h"
#include "server/interceptors/reply_budget.h"
#include "server/middleware/identity_backend.h"
#include "server/postgres/database.h"
#include "server/store/log_indexes.h"
#include "server/store/room_purger.h"
#include "server/store/session_source.h"
#include "server/store/tenant_purger.h"

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
  core::Stores stores;
  core::EventLog log;
  core::Conversation conversation;
  Administration administration;
  store::TenantPurger tenant_purger;
  store::RoomPurger room_purger;
  const store::LogIndexes log_indexes;
  interceptors::ReplyBudget replies;

 private:
  Backend(const config::Config& config, const Clock& clock,
          std::unique_ptr<middleware::IdentityBackend> made_identity);
};

}  // namespace chatter::app

#endif  // CHATTER_SERVER_APP_BACKEND_H_
