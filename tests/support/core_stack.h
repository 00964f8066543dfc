// The core of one node, wired as the server wires it, over a test's database.
#ifndef CHATTER_TESTS_SUPPORT_CORE_STACK_H_
#define CHATTER_TESTS_SUPPORT_CORE_STACK_H_

#include <memory>
#include <string>
#include <vector>

#include "server/base/clock.h"
#include "server/core/conversation.h"
#include "server/core/event_log.h"
#include "server/core/stores.h"
#include "server/identity/authenticator_chain.h"
#include "server/identity/tenant_directory.h"
#include "server/postgres/database.h"
#include "server/postgres/databases.h"
#include "server/store/session_source.h"
#include "server/store/user_store.h"

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
  const store::SessionSource schema_sessions;
  core::Stores stores;
  core::EventLog log;
  core::Conversation conversation;
  // Hear of what changes; nobody asks them.
  identity::TenantDirectory directory;
  identity::AuthenticatorChain authenticators;
};

}  // namespace chatter::test

#endif  // CHATTER_TESTS_SUPPORT_CORE_STACK_H_
