// The rules for the administration of tenants and of their users' sessions.
//
// Thread-safe. What it is made from must outlive it, and it every call that is not answered yet.
// Callbacks run on the calling thread (for a request that breaks a rule), on the database's, or on
// one of its own.
#ifndef CHATTER_SERVER_CHAT_TENANTS_H_
#define CHATTER_SERVER_CHAT_TENANTS_H_

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "server/base/callback.h"
#include "server/base/clock.h"
#include "server/base/worker.h"
#include "server/identity/session_authenticator.h"
#include "server/identity/tenant_directory.h"
#include "server/model/model.h"
#include "server/store/migrator.h"
#include "server/store/tenant_store.h"
#include "server/store/user_store.h"

namespace chatter::chat {

class Tenants {
 public:
  // Tenants are made one after the other: it takes a connection and a transaction of many
  // statements.
  static constexpr int kMaxWaitingCreations = 100;

  struct Deps {
    store::TenantStore& tenants;
    store::UserStore& users;
    const store::Migrator& migrator;
    // Told of what is made and revoked here, so that it holds at once.
    identity::TenantDirectory& directory;
    identity::SessionAuthenticator& sessions;
    const Clock& clock;
  };
  explicit Tenants(const Deps& deps) : deps_(deps) {}

  // All calls below give PERMISSION_DENIED (CREDENTIAL_NOT_ALLOWED) to others than administrators.

  struct NewTenant {
    std::string schema_name;
    std::string display_name;
    std::vector<std::string> domains;
  };
  // Errors: INVALID_ARGUMENT (INVALID_FIELD), ALREADY_EXISTS (TENANT_EXISTS), RESOURCE_EXHAUSTED
  // (OVERLOADED), UNAVAILABLE (DRAINING).
  void Create(const Caller& caller, NewTenant request, Callback<Tenant> done);

  // Errors: INVALID_ARGUMENT (INVALID_FIELD), NOT_FOUND (TENANT_NOT_FOUND).
  void Get(const Caller& caller, std::string_view schema_name, Callback<Tenant> done);

  struct Page {
    std::vector<Tenant> tenants;
    std::string next_page_token;  // empty: this was the last one
  };
  // Errors: INVALID_ARGUMENT (INVALID_FIELD).
  void List(const Caller& caller, int32_t page_size, std::string_view page_token,
            Callback<Page> done);

  struct SessionRequest {
    std::string schema_name;
    std::string user_id;
    std::optional<absl::Duration> ttl;  // nullopt: 12 hours
  };
  struct NewSession {
    Session session;
    std::string token;  // secret, and stored nowhere
  };
  // Errors: INVALID_ARGUMENT (INVALID_FIELD), NOT_FOUND (TENANT_NOT_FOUND, USER_NOT_FOUND).
  void CreateSession(const Caller& caller, SessionRequest request, Callback<NewSession> done);

  struct Revoked {};
  // Errors: INVALID_ARGUMENT (INVALID_FIELD), NOT_FOUND (TENANT_NOT_FOUND, SESSION_NOT_FOUND).
  void RevokeSession(const Caller& caller, std::string_view schema_name,
                     std::string_view session_id, Callback<Revoked> done);

  // From now on no tenant is made: creations that wait are refused.
  void Drain() { draining_ = true; }

 private:
  absl::StatusOr<Tenant> CreateNow(const Tenant& tenant, absl::Time deadline);
  void Find(const SchemaName& schema, absl::Time deadline, Callback<Tenant> done);
  void StoreSession(const SchemaName& schema, const std::string& user_id, absl::Duration ttl,
                    absl::Time deadline, Callback<NewSession> done);
  void DeleteSession(const SchemaName& schema, const Sha256Digest& digest, absl::Time deadline,
                     Callback<Revoked> done);

  const Deps deps_;
  std::atomic<int> waiting_creations_ = 0;
  std::atomic<bool> draining_ = false;
  Worker creations_;  // the last member: its closures use the others
};

}  // namespace chatter::chat

#endif  // CHATTER_SERVER_CHAT_TENANTS_H_
