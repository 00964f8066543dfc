// The users of a tenant and their sessions, in the tenant's schema.
//
// Thread-safe. The database must outlive the store. Callbacks run on the database's thread.
#ifndef CHATTER_SERVER_STORE_USER_STORE_H_
#define CHATTER_SERVER_STORE_USER_STORE_H_

#include <optional>
#include <string>
#include <vector>

#include "server/base/callback.h"
#include "server/model/model.h"

namespace chatter::store {

class Database;

class UserStore {
 public:
  explicit UserStore(Database& database) : database_(database) {}

  // Creates or renames `users` (no id twice); the result is in the same order.
  void Upsert(const SchemaName& tenant, std::vector<User> users, absl::Time deadline,
              Callback<std::vector<User>> done);
  // nullopt: there is no such user.
  void Find(const SchemaName& tenant, const std::string& user_id, absl::Time deadline,
            Callback<std::optional<User>> done);
  // Those whose id begins with `prefix` and comes after `after` in byte order, up to `limit`.
  void List(const SchemaName& tenant, const std::string& prefix, const std::string& after,
            int limit, absl::Time deadline, Callback<std::vector<User>> done);

  // nullopt: there is no such user. The session's times are by the database's clock.
  void CreateSession(const SchemaName& tenant, const std::string& user_id,
                     const Sha256Digest& token_digest, absl::Duration ttl, absl::Time deadline,
                     Callback<std::optional<Session>> done);
  // false: there was no such session.
  void RevokeSession(const SchemaName& tenant, const Sha256Digest& token_digest,
                     absl::Time deadline, Callback<bool> done);
  // The session if it exists and hasn't expired by the database's clock.
  void FindSession(const SchemaName& tenant, const Sha256Digest& token_digest, absl::Time deadline,
                   Callback<std::optional<Session>> done);

 private:
  Database& database_;
};

}  // namespace chatter::store

#endif  // CHATTER_SERVER_STORE_USER_STORE_H_
