// The users of a tenant, in the tenant's schema.
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
class Rows;

// A row of find_user.sql and its kin.
User ReadUser(const Rows& rows, int row);

class UserStore {
 public:
  explicit UserStore(Database& database) : database_(database) {}

  // Creates or renames `users` (no id twice); the result is in the same order.
  void Upsert(const SchemaName& tenant, std::vector<User> users, absl::Time deadline,
              Callback<std::vector<User>> done);
  // Of Chatter's own table. nullopt: there is no such user.
  void SetActive(const SchemaName& tenant, const std::string& user_id, bool active,
                 absl::Time deadline, Callback<std::optional<User>> done);
  // nullopt: there is no such user.
  void Find(const SchemaName& tenant, const std::string& user_id, absl::Time deadline,
            Callback<std::optional<User>> done);
  // Which of these aren't there or aren't active: their places, ascending.
  void FindInactive(const SchemaName& tenant, const std::vector<std::string>& user_ids,
                    absl::Time deadline, Callback<std::vector<size_t>> done);
  // Those whose id begins with `prefix` and comes after `after` in byte order, up to `limit`.
  void List(const SchemaName& tenant, const std::string& prefix, const std::string& after,
            int limit, absl::Time deadline, Callback<std::vector<User>> done);

 private:
  Database& database_;
};

}  // namespace chatter::store

#endif  // CHATTER_SERVER_STORE_USER_STORE_H_
