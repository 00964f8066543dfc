// Reads Django's sessions and users in a tenant's schema, or wherever they are configured to be.
//
// Thread-safe. The database must outlive the store. Callbacks run on the database's thread.
#ifndef CHATTER_SERVER_STORE_DJANGO_STORE_H_
#define CHATTER_SERVER_STORE_DJANGO_STORE_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "common/steady_time.h"
#include "server/base/callback.h"
#include "server/base/crypto.h"
#include "server/model/ids.h"
#include "server/postgres/sql_text.h"

namespace chatter::postgres {
class TenantDatabases;
}  // namespace chatter::postgres

namespace chatter::store {

// Django's tables, and the columns of the user's.
struct DjangoTables {
  TableName sessions;
  TableName users;
  SqlIdentifier user_key;  // the primary key
  SqlIdentifier user_id;   // what Chatter knows the user by
  SqlIdentifier user_password;
  std::optional<SqlIdentifier> user_active;  // boolean; nullopt: all are active
};

class DjangoStore {
 public:
  DjangoStore(postgres::TenantDatabases& database, const DjangoTables& tables);

  // What the session holds. nullopt: there is none, or it has expired by the database's clock.
  void FindSession(const TenantKey& tenant, const std::string& session_key, SteadyTime deadline,
                   Callback<std::optional<std::string>> done);

  struct User {
    std::string key;  // as PostgreSQL writes it
    std::string id;
    std::string password;  // the field: a hash, and what is asked for besides. Not to be kept
    bool active = false;
  };
  // nullopt: there is none, or `user_key` isn't of the column's type.
  void FindUser(const TenantKey& tenant, const std::string& user_key, SteadyTime deadline,
                Callback<std::optional<User>> done);

  // A session as it was some time ago.
  struct KnownSession {
    std::string key;
    Sha256Digest digest{};  // the SHA-256 of what it held
    bool operator==(const KnownSession&) const = default;
  };
  // What there is now of sessions and users that there were some time ago.
  struct Present {
    // By their places among those that were asked about, the sessions that haven't expired: what
    // they hold if that has changed.
    absl::flat_hash_map<size_t, std::optional<std::string>> sessions;
    // The password field, by the user's key as PostgreSQL writes it. Not to be kept.
    absl::flat_hash_map<std::string, std::string> passwords;
  };
  // One round trip. REQUIRES: user_keys are as PostgreSQL wrote them.
  void FindPresent(const TenantKey& tenant, const std::vector<KnownSession>& sessions,
                   const std::vector<std::string>& user_keys, SteadyTime deadline,
                   Callback<Present> done);

 private:
  postgres::TenantDatabases& database_;
  // Statements with the tables' names in them.
  const postgres::TenantSql find_session_;
  const postgres::TenantSql recheck_sessions_;
  const postgres::TenantSql find_user_;
  const postgres::TenantSql find_passwords_;
};

}  // namespace chatter::store

#endif  // CHATTER_SERVER_STORE_DJANGO_STORE_H_
